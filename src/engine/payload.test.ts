// Would catch: work lists inside the state (F28). AWS refuses a payload above 256 KB, and only with enough batches.
import { expect, test } from 'vitest';
import { handIn, newStore } from '../../test/handed-in.ts';
import type { ExecutionInput } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { type MemoryStore, readStatus } from '../index.ts';
import { definition } from '../pipeline/definition.ts';
import { runTask } from '../pipeline/run-task.ts';
import { stepNames, type TaskInput } from '../pipeline/task.ts';
import { createFact } from '../store/facts.ts';
import { interpret, type TaskHandler } from './interpreter.ts';

const batches = 2_000;
const executionId = '01900000-0000-7000-8000-000000000000';

/** Runs the document without an engine around it, and gives the size of the largest payload by event and state. */
async function payloadsOf(memory: MemoryStore): Promise<Map<string, number>> {
  const context = { store: memory, providers: [], report: () => undefined };
  const handlers = Object.fromEntries(
    stepNames.map((name): [string, TaskHandler] => [name, async (input) => runTask(context, name, input as TaskInput)]),
  );
  const execution = interpret(definition, { executionId, round: 0, concurrency: 5 }, handlers);
  const sizes = new Map<string, number>();
  for await (const { type, state, parentState, output } of execution.eventLogs) {
    const name = `${type} ${state?.name ?? ''}`;
    sizes.set(name, Math.max(sizes.get(name) ?? 0, sizeOf(state?.input), sizeOf(output)));
    // A Map's results count together, although they are dropped.
    const results = `results of ${parentState?.name ?? ''}`;
    if (type === 'MapIterationSucceeded') sizes.set(results, (sizes.get(results) ?? 0) + sizeOf(output));
  }
  await execution.result;
  return sizes;
}

function sizeOf(payload: unknown): number {
  return JSON.stringify(payload ?? null).length;
}

test('what one state hands to the next stays small, whatever the number of batches', async () => {
  const { memory, store } = await newStore();
  const records = Array.from({ length: batches }, (_, n) => ({ id: `r${n}`, vector: [n, 1] }));
  await handIn(store, records);
  await createFact<ExecutionInput>(memory, executionKeys(executionId).input, {
    executionId,
    stage: 'dev',
    startedAt: '2026-01-01T00:00:00.000Z',
    documentHash: '',
    collections: null,
    settings: { concurrency: 5, deltasPerChunk: 10 },
  });
  const sizes = await payloadsOf(memory);
  expect((await readStatus(store)).collections).toMatchObject([{ ledger: { published: batches, pending: 0 } }]);

  // Every state was passed by, with something in hand.
  for (const name of ['PollBatches', 'PollBatch', 'ProcessChunksInParallel', 'PublishSnapshot', 'Conclude']) {
    expect(sizes.get(`StateEntered ${name}`), name).toBeGreaterThan(50);
  }
  expect(sizes.get('results of ProcessChunksInParallel')).toBeGreaterThan(1_000);
  const [largest, size] = [...sizes].reduce((a, b) => (a[1] < b[1] ? b : a));
  console.log(`${batches} batches: the largest payload has ${size} bytes (${largest})`);
  expect(size, largest).toBeLessThan(limits.payloadBytesMax);
}, 60_000);
