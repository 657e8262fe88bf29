// The bug it would catch: an interrupted run that hangs on a provider which takes no notice, or ends with the wrong kind of error.
import { expect, test } from 'vitest';
import { invalid } from '../domain/errors.ts';
import { throwIfCanceled, untilCanceled } from './cancellation.ts';

const canceled = { kind: 'Canceled', code: 'interrupted' };

test('work that never ends is left when the signal fires', async () => {
  const controller = new AbortController();
  const waiting = untilCanceled(() => new Promise<never>(() => {}), controller.signal);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ ...canceled, cause: { message: 'enough' } });
});

test('work that notices the signal itself ends in the same way', async () => {
  const controller = new AbortController();
  const work = (): Promise<never> => {
    controller.abort();
    throw new Error('my own words');
  };
  await expect(untilCanceled(work, controller.signal)).rejects.toMatchObject(canceled);
});

test('a signal that has fired already starts nothing', async () => {
  let started = 0;
  const work = (): number => (started += 1);
  await expect(untilCanceled(work, AbortSignal.abort())).rejects.toMatchObject(canceled);
  expect(started).toBe(0);
});

test('results and errors come through, with and without a signal, and leave no listener behind', async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...added: Parameters<typeof add>) => {
    listeners += 1;
    add(...added);
  };
  signal.removeEventListener = (...removed: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...removed);
  };
  for (const given of [undefined, signal]) {
    await expect(untilCanceled(() => 1, given)).resolves.toBe(1);
    await expect(untilCanceled(async () => 2, given)).resolves.toBe(2);
    await expect(
      untilCanceled(() => {
        throw new Error('sync');
      }, given),
    ).rejects.toThrow('sync');
    await expect(untilCanceled(() => Promise.reject(new Error('async')), given)).rejects.toThrow('async');
  }
  expect(listeners).toBe(0);
});

test('a reason that is one of our errors is kept', () => {
  const reason = invalid('budget', 'the budget is used up');
  expect(() => throwIfCanceled(AbortSignal.abort(reason))).toThrow(reason);
});
