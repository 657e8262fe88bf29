// Would catch: an object believed without having been read back (F2), a retry that sends the same bytes again (F3), a failed upload left
// behind (F4), an upload that never arrived (F5).
import { describe, expect, test } from 'vitest';
import { type Faults, FaultyStore, flipAt, flipped, keysOf } from '../../test/faulty-store.ts';
import { sha256Hex } from '../domain/digest.ts';
import { corrupt, internal, unavailable } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';
import { MemoryStore } from '../store/memory.ts';
import { sealObject, type Sealing } from './seal-object.ts';

const chunks = ['what is ', 'to be kept'];
const text = chunks.join('');

/** A sealing that notes its keys, and how often its bytes were made. */
function sealingOf(pieces: readonly string[] = chunks) {
  const keys: string[] = [];
  const made = { count: 0 };
  const sealing: Sealing<number> = {
    newKey: () => {
      keys.push(`deltas/${keys.length}`);
      return keys.at(-1) ?? '';
    },
    encode: () => {
      made.count += 1;
      const body = (async function* () {
        for (const piece of pieces) yield Buffer.from(piece);
      })();
      return { body, summary: () => made.count };
    },
  };
  return { keys, made, sealing };
}

async function seal(faults: Faults) {
  const memory = new MemoryStore();
  const { keys, sealing } = sealingOf();
  const sealed = sealObject(new FaultyStore(memory, faults), sealing);
  const settled = await sealed.then(
    (value) => ({ value, error: null }),
    (error: unknown) => ({ value: null, error }),
  );
  return { ...settled, keys };
}

test('what is sealed is there, with the size and digest that the reference says', async () => {
  const memory = new MemoryStore();
  const { sealing } = sealingOf(['one ', 'two ', 'three']);
  const { object, summary } = await sealObject(memory, sealing);
  expect(object).toEqual({ key: 'deltas/0', bytes: 13, sha256: sha256Hex('one two three') });
  expect(Buffer.from(await memory.get(object.key)).toString()).toBe('one two three');
  expect(summary).toBe(1);
});

test('a body is streamed: no chunk is made before the one before it was taken', async () => {
  const seen: string[] = [];
  const memory = new MemoryStore();
  const store = new FaultyStore(memory, {});
  store.put = async (key, body, options) => {
    if (body instanceof Uint8Array) throw new Error('the body is a buffer');
    const taken: Uint8Array[] = [];
    for await (const chunk of body) {
      seen.push(`took ${Buffer.from(chunk).toString()}`);
      taken.push(chunk);
    }
    return memory.put(key, Buffer.concat(taken), options);
  };
  const body = async function* () {
    for (const chunk of ['a', 'b']) {
      seen.push(`made ${chunk}`);
      yield Buffer.from(chunk);
    }
  };
  await sealObject(store, { newKey: () => 'k', encode: () => ({ body: body(), summary: () => null }) });
  expect(seen).toEqual(['made a', 'took a', 'made b', 'took b']);
});

/** Every way in which a store may not keep what it was given. */
const failures: Record<string, (fails: () => boolean, memory: () => MemoryStore) => Faults> = {
  'reads back other bytes': (fails) => ({
    read: async (_, forward) => (fails() ? flipped(await forward()) : forward()),
  }),
  'reads back fewer bytes': (fails) => ({
    head: async (_, forward) => {
      const head = await forward();
      return head !== null && fails() ? { bytes: head.bytes - 1 } : head;
    },
  }),
  'says it is longer than it is': (fails) => ({
    head: async (_, forward) => {
      const head = await forward();
      return head !== null && fails() ? { bytes: head.bytes + 1 } : head;
    },
  }),
  'acknowledges what it does not keep': (fails) => ({
    put: async (_, forward) => (fails() ? 'created' : forward()),
  }),
  'keeps only the beginning': (fails, memory) => ({
    put: async (key, forward, body) => {
      if (!fails()) return forward();
      for await (const chunk of body as AsyncIterable<Uint8Array>) return memory().put(key, chunk);
      return 'created';
    },
  }),
  'damages it at rest': (fails, memory) => ({
    put: async (key, forward) => {
      const result = await forward();
      if (fails()) await flipAt(memory(), key);
      return result;
    },
  }),
  'refuses the put': (fails) => ({
    put: async (_, forward) => {
      if (fails()) throw unavailable('disk-full', 'the disk is full');
      return forward();
    },
  }),
  'throws after the put': (fails) => ({
    put: async (_, forward) => {
      const result = await forward();
      if (fails()) throw unavailable('timeout', 'no answer');
      return result;
    },
  }),
  'cannot be read back': (fails) => ({
    read: async (_, forward) => {
      if (fails()) throw unavailable('timeout', 'no answer');
      return forward();
    },
  }),
  'loses it between head and read': (fails) => ({
    read: async (key, forward) => {
      if (fails()) throw corrupt('object-too-short', key, 1, 0);
      return forward();
    },
  }),
};

describe.each(Object.entries(failures))('a store that %s', (_, faultsOf) => {
  function failing(times: number) {
    let left = times;
    const memory = new MemoryStore();
    const faults = faultsOf(
      () => left-- > 0,
      () => memory,
    );
    return { memory, store: new FaultyStore(memory, faults) };
  }

  test('once: the upload is deleted, the bytes are built anew and sealed under a new key', async () => {
    const { memory, store } = failing(1);
    const { keys, made, sealing } = sealingOf();
    const { object } = await sealObject(store, sealing);
    expect(object).toEqual({ key: 'deltas/1', bytes: text.length, sha256: sha256Hex(text) });
    expect(keys).toEqual(['deltas/0', 'deltas/1']);
    expect(made.count).toBe(2);
    expect(await keysOf(memory)).toEqual(['deltas/1']);
    expect(Buffer.from(await memory.get('deltas/1')).toString()).toBe(text);
  });

  test('always: after the last attempt it is unavailable, never damage, and nothing is left behind', async () => {
    const { memory, store } = failing(Number.POSITIVE_INFINITY);
    const { keys, sealing } = sealingOf();
    await expect(sealObject(store, sealing)).rejects.toMatchObject({ kind: 'Unavailable' });
    expect(keys).toHaveLength(limits.sealAttemptsMax);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await keysOf(memory)).toEqual([]);
  });
});

test('a key that is taken is left alone: it is another one’s object', async () => {
  const memory = new MemoryStore();
  await memory.put('deltas/0', Buffer.from('not ours'));
  const { sealing } = sealingOf();
  const { object } = await sealObject(memory, sealing);
  expect(object.key).toBe('deltas/1');
  expect(Buffer.from(await memory.get('deltas/0')).toString()).toBe('not ours');
});

test('a store that says every key is taken ends in an error, not in a seal of what is not ours', async () => {
  const { error, keys } = await seal({ put: async () => 'exists' });
  expect(error).toMatchObject({ kind: 'Unavailable', code: 'key-taken' });
  expect(keys).toHaveLength(limits.sealAttemptsMax);
});

test('an upload that cannot be deleted does not hide why it failed, and does not keep the next one', async () => {
  let reads = 0;
  const { value, error, keys } = await seal({
    read: async (_, forward) => (reads++ === 0 ? flipped(await forward()) : forward()),
    delete: async () => {
      throw unavailable('timeout', 'no answer');
    },
  });
  expect(error).toBeNull();
  expect(value?.object.key).toBe(keys[1]);
});

test('our own defect is not tried again, and leaves nothing behind', async () => {
  const memory = new MemoryStore();
  let attempts = 0;
  const encode: Sealing<null>['encode'] = () => ({
    body: (async function* () {
      attempts += 1;
      yield Buffer.from('half');
      throw internal('encode-decode', 'ours');
    })(),
    summary: () => null,
  });
  await expect(sealObject(memory, { newKey: () => `k${attempts}`, encode })).rejects.toMatchObject({
    kind: 'Internal',
  });
  expect(attempts).toBe(1);
  expect(await keysOf(memory)).toEqual([]);
});

test('an interrupt ends it at once, and leaves nothing behind', async () => {
  const controller = new AbortController();
  const memory = new MemoryStore();
  const { keys, sealing } = sealingOf();
  const store = new FaultyStore(memory, {
    put: async (_, forward) => {
      const result = await forward();
      controller.abort();
      return result;
    },
  });
  await expect(sealObject(store, { ...sealing, signal: controller.signal })).rejects.toMatchObject({
    kind: 'Canceled',
  });
  expect(keys).toHaveLength(1);
  expect(await keysOf(memory)).toEqual([]);
});
