import { CommanderError } from 'commander';
import { AlluviumError, errorAnchor, errorPolicies, reportError, toAlluviumError } from '../domain/errors.ts';
import { pageOn } from './render/page.ts';
import { oneLine } from './render/text.ts';
import type { Terminal } from './terminal.ts';
import { usageError } from './usage-error.ts';

/** Tells why a command failed, as JSON on the output or for people on the messages, and gives its exit code. */
export function printFailure(thrown: unknown, interrupted: boolean, json: boolean, terminal: Terminal): number {
  const error = classify(thrown, interrupted);
  if (json) terminal.output.write(`${JSON.stringify({ error: reportError(error) })}\n`);
  else terminal.messages.write(renderFailure(error, terminal));
  return errorPolicies[error.kind].exitCode;
}

function classify(thrown: unknown, interrupted: boolean): AlluviumError {
  if (interrupted) {
    return new AlluviumError({
      kind: 'Canceled',
      code: 'interrupted',
      message: 'interrupted',
      hint: 'nothing is lost: the same command goes on from what is there',
      cause: thrown,
    });
  }
  return thrown instanceof CommanderError ? usageError(thrown) : toAlluviumError(thrown);
}

function renderFailure(error: AlluviumError, { messages }: Terminal): string {
  const page = pageOn(messages);
  const lines = [`${page.style('red', 'error:')} ${oneLine(error.message)}`];
  const reason = error.details['reason'];
  if (typeof reason === 'string') lines.push(`  because: ${oneLine(reason)}`);
  if (error.hint !== null) lines.push(`  ${page.style('dim', 'hint:')} ${oneLine(error.hint)}`);
  lines.push(`  ${page.style('dim', `see: docs/errors.md#${errorAnchor(error)}`)}`);
  // Our own defect: what a person needs to report it.
  if (error.kind === 'Internal') lines.push(errorStack(error));
  return `${lines.join('\n')}\n`;
}

function errorStack({ cause, stack }: AlluviumError): string {
  return (cause instanceof Error ? cause.stack : stack) ?? '';
}
