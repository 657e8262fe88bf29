// Would catch: an object measured by its first window, or held in memory whole, or absent and taken for empty.
import { expect, test } from 'vitest';
import { FaultyStore } from '../../test/faulty-store.ts';
import { refOf } from '../domain/fact.ts';
import { limits } from '../domain/limits.ts';
import { MemoryStore } from './memory.ts';
import { measure } from './read-windows.ts';

const window = limits.readWindowBytes;

test.each([0, 1, window - 1, window, window + 1, 2 * window + 3])(
  '%i bytes are measured as they are',
  async (length) => {
    const memory = new MemoryStore();
    const bytes = Buffer.alloc(length, 'alluvium');
    if (length > 0) bytes[length - 1] = 255;
    await memory.put('object', bytes);
    expect(await measure(memory, 'object')).toEqual(refOf('object', bytes));
  },
);

test('no read is longer than a window', async () => {
  const memory = new MemoryStore();
  await memory.put('object', Buffer.alloc(2 * window + 1));
  const lengths: number[] = [];
  const store = new FaultyStore(memory, {
    read: async (_, forward) => {
      const bytes = await forward();
      lengths.push(bytes.length);
      return bytes;
    },
  });
  await measure(store, 'object');
  expect(lengths).toEqual([window, window, 1]);
});

test('what is absent, or ends early, is damage; a signal ends the reading', async () => {
  const memory = new MemoryStore();
  const missing = { kind: 'Corrupt', code: 'object-missing', details: { key: 'object' } };
  await expect(measure(memory, 'object')).rejects.toMatchObject(missing);
  await memory.put('object', Buffer.from('shorter'));
  const longer = new FaultyStore(memory, { head: async () => ({ bytes: 8 }) });
  await expect(measure(longer, 'object')).rejects.toMatchObject({ kind: 'Corrupt', code: 'object-too-short' });
  await expect(measure(memory, 'object', { signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: 'Canceled' });
});
