// Would catch: an event that is missing, told twice or out of order; a history that does not say how each item ended.
import { beforeAll, describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/domain/facts.ts';
import { limits } from '../../src/domain/limits.ts';
import { readHistory } from '../../src/engine/history.ts';
import { ingest, inputLines, MemoryStore, openOn, submit } from '../../src/index.ts';

const batches = 470;
const isoMilliseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** 470 batches in 47 chunks of 10, one task at a time, so that the order is always the same. */
async function runOf47Chunks(): Promise<HistoryEvent[]> {
  const store = await openOn(new MemoryStore(), { create: true });
  const records = Array.from({ length: batches }, (_, n) => ({ id: `r${n}`, vector: [n, 1] }));
  await submit(store, 'abc', inputLines(records), { recordsPerBatch: 1 });
  const { executionId, outcome } = await ingest(store, { workers: 0, concurrency: 1 });
  expect(outcome).toBe('Complete');
  return await Array.fromAsync(readHistory(store.store, executionId));
}

describe('the history of 47 chunks', () => {
  let history: HistoryEvent[];

  beforeAll(async () => {
    history = await runOf47Chunks();
  }, 60_000);

  test('is the reviewed one', async () => {
    const lines = history.map(({ id, previousId, type, state, round, index, details }) => {
      const { outcome = '', attempt = '' } = details;
      return [id, previousId, type, state ?? '-', round ?? '-', index ?? '-', attempt, outcome].join(' ').trimEnd();
    });
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('../golden/history.txt');
  });

  test('has ids that rise by one, each led to by an earlier one, at a UTC time with milliseconds', () => {
    for (const [position, { id, previousId, timestamp }] of history.entries()) {
      expect(id).toBe(position + 1);
      expect(previousId).toBeLessThan(id);
      expect(previousId).toBeGreaterThanOrEqual(position === 0 ? 0 : 1);
      expect(timestamp).toMatch(isoMilliseconds);
    }
    expect(history[0]).toMatchObject({ type: 'ExecutionStarted', previousId: 0 });
    expect(history.at(-1)).toMatchObject({ type: 'ExecutionSucceeded' });
  });

  test('starts and ends each chunk once, with its outcome and ten verified deltas', () => {
    for (let index = 0; index < 47; index++) {
      const own = history.filter((event) => event.state === 'ProcessChunksInParallel' && event.index === index);
      const count = (type: string): number => own.filter((event) => event.type === type).length;
      expect(count('MapIterationStarted')).toBe(1);
      expect(count('MapIterationSucceeded')).toBe(1);
      expect(count('DeltaVerified')).toBe(10);
      expect(count('DeltaMerged')).toBe(10);
      expect(own.at(-1)).toMatchObject({ type: 'MapIterationSucceeded', details: { outcome: 'ChunkCompacted' } });
    }
    const indexes = new Set(
      history.filter(({ state }) => state === 'ProcessChunksInParallel').map(({ index }) => index),
    );
    expect(indexes).toEqual(new Set([null, ...Array.from({ length: 47 }, (_, index) => index)]));
  });

  test('carries no payload', () => {
    for (const event of history) expect(JSON.stringify(event).length).toBeLessThan(1_000);
    expect(limits.historyPageEventsMax * 1_000).toBeLessThan(limits.factBytesMax);
  });
});
