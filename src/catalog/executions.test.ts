// Would catch: an execution that is listed otherwise than it went, and a timeline that leaves out an item or its trouble.
import { beforeEach, expect, test } from 'vitest';
import { FaultyStore } from '../../test/faulty-store.ts';
import { bringHome, givenRecords, handIn, newStore, onDriver } from '../../test/handed-in.ts';
import { unavailable } from '../domain/errors.ts';
import type { ExecutionInput } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { timestamp } from '../runtime/clock.ts';
import { newId } from '../runtime/random.ts';
import { createFact } from '../store/facts.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { listExecutions, showExecution } from './executions.ts';

let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

test('every execution, oldest first, with exactly what was promised', async () => {
  expect(await listExecutions(store)).toEqual({ executions: [] });
  await bringHome(store);
  await handIn(store, givenRecords('a'));
  await handIn(store, givenRecords('b'), { collection: 'other' });
  const { executionId } = await bringHome(store);
  await bringHome(store, { collections: ['other'] });
  const { executions } = await listExecutions(store);
  expect(executions.map(({ collections }) => collections)).toEqual([[], ['abc', 'other'], ['other']]);
  expect(executions[1]).toEqual({
    executionId,
    startedAt: expect.stringMatching(/Z$/),
    endedAt: expect.stringMatching(/Z$/),
    outcome: 'Complete',
    stage: 'dev',
    collections: ['abc', 'other'],
  });
});

test('one that has not ended says so', async () => {
  const executionId = newId();
  await createFact<ExecutionInput>(memory, executionKeys(executionId).input, {
    executionId,
    stage: 'dev',
    startedAt: timestamp(),
    documentHash: '',
    collections: null,
    settings: { concurrency: 1, deltasPerChunk: 1 },
  });
  const unended = { executionId, endedAt: null, outcome: null, collections: [] };
  expect(await listExecutions(store)).toMatchObject({ executions: [unended] });
  expect(await showExecution(store, executionId)).toMatchObject({
    ...unended,
    durationMs: null,
    shownAt: null,
    states: [],
    items: [],
    events: [],
  });
});

test('one that is not there', async () => {
  await expect(showExecution(store, 'x')).rejects.toMatchObject({
    kind: 'NotFound',
    hint: 'there are none yet: alluvium ingest',
  });
  const { executionId } = await bringHome(store);
  for (const odd of ['x', '../x', '', 'a/b', '😀']) {
    await expect(showExecution(store, odd)).rejects.toMatchObject({
      kind: 'NotFound',
      hint: `there are 1 (alluvium executions list), the newest is ${executionId}`,
    });
  }
});

test('a timeline has every state and item, with their outcomes', async () => {
  await handIn(store, givenRecords('abcde'));
  const { executionId, durationMs } = await bringHome(store, { deltasPerChunk: 2 });
  const { states, items, outcomes, ...execution } = await showExecution(store, executionId);
  expect(execution).toMatchObject({ durationMs, stopped: false, error: null, settings: { deltasPerChunk: 2 } });
  expect(outcomes).toMatchObject([{ collection: 'abc', published: 5, chunks: 3 }]);
  const passed = states.map(({ state, items: count, outcomes: ends }) => [state, count, ends]);
  expect(passed.slice(0, 6)).toEqual([
    ['ListPendingBatches', 0, {}],
    ['PollBatches', 5, { BatchesSealed: 5 }],
    ['SplitIntoChunks', 0, {}],
    ['ProcessChunksInParallel', 3, { ChunkCompacted: 3 }],
    ['PublishSnapshot', 1, { SnapshotPublished: 1 }],
    ['MarkBatchesComplete', 1, { BatchesMarked: 1 }],
  ]);
  expect(passed.at(-1)).toEqual(['Complete', 0, {}]);
  const polled = items.filter(({ state }) => state === 'PollBatches');
  expect(new Set(polled.map(({ index }) => index))).toEqual(new Set([0, 1, 2, 3, 4]));
  for (const item of items) expect(item).toMatchObject({ attempts: 1, error: null });
});

test('everything is on one clock: items lie within their state, states within the execution', async () => {
  await handIn(store, givenRecords('abcde'));
  const { executionId } = await bringHome(store, { deltasPerChunk: 2 });
  const { startedAt, states, items, events } = await showExecution(store, executionId);
  const ended = events.at(-1)?.timestamp ?? '';
  for (const { enteredAt, exitedAt } of states) expectOrdered(startedAt, enteredAt, exitedAt ?? '', ended);
  for (const item of items) {
    const own = states.find(({ state, round }) => state === item.state && round === item.round);
    expectOrdered(own?.enteredAt ?? '', item.startedAt, item.endedAt ?? '', own?.exitedAt ?? '');
  }
});

function expectOrdered(...times: string[]): void {
  for (const time of times) expect(time).not.toBe('');
  expect(times.toSorted()).toEqual(times);
}

test('an item that failed tells how often it was tried, and why', async () => {
  await handIn(store, givenRecords('ab'));
  let failures = 0;
  const failing = new FaultyStore(memory, {
    read: async (key, forward) => {
      if (key.endsWith('/request.jsonl') && failures++ === 0) throw unavailable('disk-busy', 'the disk is busy');
      return forward();
    },
  });
  const { executionId } = await bringHome(onDriver(failing), { concurrency: 1 });
  const { items } = await showExecution(store, executionId);
  const troubled = items.filter(({ attempts }) => attempts > 1);
  expect(troubled).toMatchObject([
    { state: 'PollBatches', outcome: 'BatchesSealed', error: { error: 'Unavailable', errorCode: 'disk-busy' } },
  ]);
});
