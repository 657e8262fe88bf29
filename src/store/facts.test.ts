// Would catch: a fact overwritten by whoever comes second, an own put taken for another's because its answer was lost (F34), damage that
// passes for absence (F20).
import { describe, expect, test } from 'vitest';
import { type Faults, FaultyStore, flipAt } from '../../test/faulty-store.ts';
import { interrupted } from '../runtime/cancellation.ts';
import { unavailable } from '../domain/errors.ts';
import { encodeFact, refOf } from '../domain/fact.ts';
import { writer } from '../runtime/writer.ts';
import { createFact, findFact, readNamed, readNamedFact, requireFact } from './facts.ts';
import { MemoryStore } from './memory.ts';

interface Said {
  readonly says: string;
}

const key = 'executions/e/input.json';
const mine: Said = { says: 'mine' };
const theirs = encodeFact(key, { says: 'theirs', writer: 'alluvium 0.0.0 another' });

describe('createFact', () => {
  test('a fact is put with its key and writer, and is ours', async () => {
    const memory = new MemoryStore();
    const { stored, created } = await createFact(memory, key, mine);
    expect(created).toBe(true);
    expect(stored.fact).toEqual({ says: 'mine', key, writer });
    expect(await findFact(memory, key)).toEqual(stored);
  });

  test('who comes second adopts the first, and changes nothing', async () => {
    const memory = new MemoryStore();
    await memory.put(key, theirs);
    const { stored, created } = await createFact(memory, key, mine);
    expect(created).toBe(false);
    expect(stored.fact.says).toBe('theirs');
    expect(Buffer.from(await memory.get(key))).toEqual(Buffer.from(theirs));
  });

  test('two racing writers: one creates, both hold the same fact', async () => {
    const memory = new MemoryStore();
    const both = await Promise.all([createFact(memory, key, { says: 'a' }), createFact(memory, key, { says: 'b' })]);
    expect(both.filter(({ created }) => created)).toHaveLength(1);
    expect(both[0].stored).toEqual(both[1].stored);
  });

  /** The first put happens, and its answer does not say so. */
  const lostAnswers: Record<string, () => Faults> = {
    'says "exists"': () => ({
      put: async (_, forward) => {
        await forward();
        return 'exists';
      },
    }),
    'is an error': () => {
      let puts = 0;
      return {
        put: async (_, forward) => {
          const result = await forward();
          if (puts++ === 0) throw unavailable('timeout', 'no answer');
          return result;
        },
      };
    },
  };

  test.each(Object.entries(lostAnswers))('an own put whose answer %s is recognised', async (_, faults) => {
    const memory = new MemoryStore();
    const { stored, created } = await createFact(new FaultyStore(memory, faults()), key, mine);
    expect(created).toBe(true);
    expect(stored).toEqual(await findFact(memory, key));
  });

  test('a lost answer does not make another writer’s fact ours', async () => {
    const memory = new MemoryStore();
    await memory.put(key, theirs);
    for (const faults of Object.values(lostAnswers)) {
      const { stored, created } = await createFact<Said>(new FaultyStore(memory, faults()), key, mine);
      expect(created).toBe(false);
      expect(stored.fact.says).toBe('theirs');
    }
  });

  test('a store that fails twice, or an interrupt, is thrown on', async () => {
    let puts = 0;
    const refusing = (error: Error) =>
      new FaultyStore(new MemoryStore(), {
        put: async () => {
          puts += 1;
          throw error;
        },
      });
    await expect(createFact(refusing(unavailable('timeout', '')), key, mine)).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(puts).toBe(2);
    await expect(createFact(refusing(interrupted()), key, mine)).rejects.toMatchObject({ kind: 'Canceled' });
    expect(puts).toBe(3);
  });

  test('a damaged fact is not adopted', async () => {
    const memory = new MemoryStore();
    await memory.put(key, theirs);
    await flipAt(memory, key);
    await expect(createFact(memory, key, mine)).rejects.toMatchObject({ kind: 'Corrupt', details: { key } });
  });
});

describe('reading', () => {
  const ref = refOf(key, theirs);

  async function storeWith(bytes: Uint8Array | null): Promise<MemoryStore> {
    const memory = new MemoryStore();
    if (bytes !== null) await memory.put(key, bytes);
    return memory;
  }

  test('what nobody names may be absent; what something implies or names is then damage', async () => {
    const empty = await storeWith(null);
    expect(await findFact(empty, key)).toBeNull();
    const missing = { kind: 'Corrupt', code: 'object-missing', details: { key } };
    await expect(requireFact(empty, key)).rejects.toMatchObject(missing);
    await expect(readNamed(empty, ref)).rejects.toMatchObject(missing);
    await expect(readNamedFact(empty, ref)).rejects.toMatchObject(missing);
  });

  test('a sick store is not an absent fact', async () => {
    const sick = new FaultyStore(await storeWith(theirs), {
      read: async () => {
        throw unavailable('timeout', 'no answer');
      },
    });
    for (const read of [findFact(sick, key), requireFact(sick, key), readNamed(sick, ref), readNamedFact(sick, ref)]) {
      await expect(read).rejects.toMatchObject({ kind: 'Unavailable' });
    }
  });

  test('what is named is given only in the very bytes that are named', async () => {
    const intact = await storeWith(theirs);
    expect(Buffer.from(await readNamed(intact, ref))).toEqual(Buffer.from(theirs));
    expect((await readNamedFact<Said>(intact, ref)).fact.says).toBe('theirs');

    // A fact in itself sound, but not the one that is meant.
    const another = await storeWith(encodeFact(key, { says: 'others', writer: 'alluvium 0.0.0 another' }));
    expect((await requireFact<Said>(another, key)).fact.says).toBe('others');
    await expect(readNamedFact(another, ref)).rejects.toMatchObject({
      code: 'object-digest',
      details: { key, expected: ref.sha256 },
    });

    const longer = await storeWith(Buffer.concat([theirs, Buffer.from('\n')]));
    await expect(readNamed(longer, ref)).rejects.toMatchObject({
      code: 'object-size',
      details: { key, expected: ref.bytes, actual: ref.bytes + 1 },
    });
  });
});
