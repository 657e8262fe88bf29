// Would catch: an exit code that differs from the documented tables, on which scripts rely.
import { expect, test } from 'vitest';
import { recordTerminal } from '../../test/recorded-terminal.ts';
import { AlluviumError, type ErrorKind, errorPolicies } from '../domain/errors.ts';
import type { Outcome } from '../domain/facts.ts';
import { outcomeExitCodes } from '../domain/outcome.ts';
import { checkExitCode } from './exit-code.ts';
import { printFailure } from './failure.ts';

const byKind: Readonly<Record<ErrorKind, number>> = {
  Internal: 1,
  Invalid: 2,
  NotFound: 2,
  Conflict: 4,
  Provider: 4,
  Unavailable: 5,
  Corrupt: 6,
  Canceled: 130,
};

const byOutcome: Readonly<Record<Outcome, number>> = {
  Complete: 0,
  CompleteWithQuarantine: 3,
  Failed: 4,
  Inconclusive: 5,
};

test('the table of kinds is complete', () => {
  expect(Object.keys(errorPolicies).toSorted()).toEqual(Object.keys(byKind).toSorted());
});

test.each(Object.entries(byKind) as [ErrorKind, number][])(
  '%s ends a command with %i, and --json tells the whole error',
  (kind, exitCode) => {
    const what = { kind, code: 'some-code', message: 'it went wrong', hint: 'do', details: { n: 1 } };
    const terminal = recordTerminal();
    expect(printFailure(new AlluviumError(what), false, true, terminal)).toBe(exitCode);
    expect(JSON.parse(terminal.written.output)).toEqual({ error: what });
    expect(terminal.written.messages).toBe('');
  },
);

test('people read the error, the reason, the hint and where to read on, and the output stays empty', () => {
  const terminal = recordTerminal();
  const error = new AlluviumError({
    kind: 'Invalid',
    code: 'some-code',
    message: 'the file\u001B[31m is\nwrong',
    hint: 'mend\u001B[2J it',
    details: { reason: 'a comma' },
  });
  printFailure(error, false, false, terminal);
  expect(terminal.written).toEqual({
    output: '',
    messages: [
      'error: the file [31m is wrong',
      '  because: a comma',
      '  hint: mend [2J it',
      '  see: docs/errors.md#invalid-some-code',
      '',
    ].join('\n'),
  });
});

test('an interrupted command was canceled, whatever it threw', () => {
  const terminal = recordTerminal();
  expect(printFailure(new Error('socket closed'), true, true, terminal)).toBe(130);
  expect(JSON.parse(terminal.written.output)).toMatchObject({ error: { kind: 'Canceled', code: 'interrupted' } });
});

test('what nobody classified is our defect, and its stack is shown', () => {
  const terminal = recordTerminal();
  expect(printFailure(new TypeError('undefined is not a function'), false, false, terminal)).toBe(1);
  expect(terminal.written.messages).toMatch(
    /^error: undefined is not a function\n {2}see: .*#internal-unclassified\nTypeError: .*\n {4}at /,
  );
});

test('every outcome of an ingest has its exit code', () => {
  expect(outcomeExitCodes).toEqual(byOutcome);
});

test('a check that finds something ends with 6', () => {
  expect([checkExitCode(true), checkExitCode(false)]).toEqual([0, 6]);
});
