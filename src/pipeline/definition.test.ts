// Would catch: a pipeline that is no States Language document. An engine would say so at every run, or misread it: the one here does not look.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { definition } from './definition.ts';
import { stepNames } from './task.ts';

type Validate = (
  document: object,
  options: object,
) => { readonly isValid: boolean; readonly errors: readonly object[] };

const validate = createRequire(import.meta.url)('asl-validator') as Validate;

/** The validator writes defaults into what it is given. */
function check(document: object) {
  return validate(structuredClone(document), { checkPaths: true, checkArn: false });
}

test('the pipeline is a valid document of the States Language', () => {
  expect(check(definition)).toMatchObject({ isValid: true, errors: [] });
});

test('one with a transition to nowhere is not', () => {
  const States = { ...definition.States, NextRound: { ...definition.States.NextRound, Next: 'Nowhere' } };
  expect(check({ ...definition, States })).toMatchObject({ isValid: false });
});

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly ItemProcessor?: Machine;
  readonly Retry?: readonly object[];
  readonly Catch?: readonly object[];
}

interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

/** Every state of the document, those within Maps included. */
function statesOf({ States }: Machine): (readonly [string, State])[] {
  return Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}

test('no two states have the same name, on whatever level', () => {
  const names = statesOf(definition).map(([name]) => name);
  expect(names).toHaveLength(new Set(names).size);
});

test('every task runs a step that exists, every step is run, and each is tried again', () => {
  const tasks = statesOf(definition).filter(([, { Type }]) => Type === 'Task');
  const steps = tasks.map(([, { Resource }]) => Resource?.replace(/^arn:alluvium:step:::/, ''));
  expect(new Set(steps)).toEqual(new Set(stepNames));
  for (const [name, { Retry }] of tasks)
    expect(Retry, name).toMatchObject([{ ErrorEquals: ['Unavailable', 'Provider'] }]);
});

test('no state’s failure ends the run unconcluded, and no item’s failure ends its Map', () => {
  for (const [name, { Type, Catch }] of statesOf(definition)) {
    if (Type === 'Map') expect(Catch, name).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'Conclude' }]);
    if (Type === 'Task' && name !== 'Conclude' && !name.startsWith('Record')) {
      const next = name in definition.States ? 'Conclude' : `Record${name}Failure`;
      expect(Catch, name).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: next }]);
    }
  }
});
