// Would catch: a history that ends an execution because it could not be written, that loses what could not be written at once, or that takes
// its own page for somebody else's.
import { beforeEach, expect, test } from 'vitest';
import { FaultyStore } from '../../test/faulty-store.ts';
import { unavailable } from '../domain/errors.ts';
import { executionKeys } from '../domain/keys.ts';
import { MemoryStore } from '../store/memory.ts';
import { HistoryWriter, readHistory } from './history.ts';

const executionId = '01900000-0000-7000-8000-000000000000';
const timestamp = '2026-01-01T00:00:00.000Z';

let memory: MemoryStore;
let isTakenOver: boolean;
/** Puts of pages that fail from now on; with `stands`, only their answers are lost. */
let failing: { puts: number; stands: boolean };

beforeEach(() => {
  memory = new MemoryStore();
  isTakenOver = false;
  failing = { puts: 0, stands: false };
});

async function open(): Promise<HistoryWriter> {
  const store = new FaultyStore(memory, {
    put: async (_, forward) => {
      if (failing.puts === 0) return forward();
      failing.puts -= 1;
      if (failing.stands) await forward();
      throw unavailable('no-space', 'the disk is full');
    },
  });
  return await HistoryWriter.open(store, executionId, () => (isTakenOver = true));
}

async function told(): Promise<string[]> {
  return await Array.fromAsync(readHistory(memory, executionId), ({ id, type }) => `${id} ${type}`);
}

test.each([false, true])(
  'a page that cannot be written is written later, whether it stands (%s) or not',
  async (stands) => {
    const writer = await open();
    writer.add({ type: 'One', timestamp });
    // Of every put a second is tried at once.
    failing = { puts: 2, stands };
    expect(await writer.close()).toMatchObject({ code: 'no-space' });
    writer.add({ type: 'Two', timestamp });
    expect(await writer.close()).toBeNull();
    expect(await told()).toEqual(['1 One', '2 Two']);
    expect(isTakenOver).toBe(false);
  },
);

test('who finds a page of another writer under its number stops, and says so', async () => {
  const writer = await open();
  const other = await open();
  other.add({ type: 'Other', timestamp });
  await other.close();
  writer.add({ type: 'One', timestamp });
  expect(await writer.close()).toBeNull();
  expect(isTakenOver).toBe(true);
  expect(await told()).toEqual(['1 Other']);
});

test('what is told again is not written again, whoever tells it', async () => {
  const event = { type: 'TaskStarted', timestamp, state: 'PollBatches', round: 0, index: 3, details: { attempt: 0 } };
  for (const type of ['TaskStarted', 'TaskSucceeded']) {
    const writer = await open();
    writer.add(event);
    writer.add({ ...event, type });
    await writer.close();
  }
  expect(await told()).toEqual(['1 TaskStarted', '2 TaskSucceeded']);
});

test('an execution is shown to live from the start', async () => {
  const writer = await open();
  await writer.close();
  expect(await memory.head(executionKeys(executionId).eventPage(1))).not.toBeNull();
});
