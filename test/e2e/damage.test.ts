// Would catch: a cut, swapped or lost object that nobody misses, and an ingest that builds on damage.
import { beforeAll, describe, expect, test } from 'vitest';
import { AlluviumError, ingest, type MemoryStore, verify } from '../../src/index.ts';
import { asStore, expectEachFound, expectFound, readAll, type Rest, storeAtRest, storeOf } from './small-store.ts';

describe('a small store at rest', () => {
  let rest: Rest;

  beforeAll(async () => {
    rest = await storeAtRest();
  });

  function bytesOf(key: string): Uint8Array {
    return rest.objects.get(key) ?? new Uint8Array();
  }

  test('every truncation is found by verify and refused by readers', { timeout: 400_000 }, async () => {
    const count = await expectEachFound(rest, truncations, 'truncation');
    expect(count).toBe(rest.protectedKeys.reduce((sum, key) => sum + bytesOf(key).length, 0));
  });

  test('every swap of two objects is found by verify and refused by readers', { timeout: 100_000 }, async () => {
    const memory = await storeOf(rest.objects);
    let count = 0;
    for (const [position, a] of rest.protectedKeys.entries()) {
      for (const b of rest.protectedKeys.slice(position + 1)) {
        if (Buffer.compare(bytesOf(a), bytesOf(b)) === 0) continue;
        await memory.put(a, bytesOf(b));
        await memory.put(b, bytesOf(a));
        await expectFound(memory, [a, b], rest.truth, `the swap of ${a} and ${b}`);
        await memory.put(a, bytesOf(a));
        await memory.put(b, bytesOf(b));
        count += 1;
      }
    }
    console.log(`${count} swaps: all found, none believed`);
    expect(count).toBeGreaterThan(500);
  });

  test('a deletion is found, or leaves what a crash can leave: the next ingest gives the same rows and ledger', async () => {
    let found = 0;
    let harmless = 0;
    for (const key of rest.protectedKeys) {
      const memory = await storeOf(new Map([...rest.objects].filter(([other]) => other !== key)));
      const { damaged } = await verify(asStore(memory));
      if (damaged.length > 0) {
        expect(damaged.map((damage) => damage.key)).toContain(key);
        found += 1;
      } else {
        expect((await ingest(asStore(memory), { workers: 0 })).outcome, key).toBe('Complete');
        expect(await readAll(memory), key).toBe(rest.truth);
        harmless += 1;
      }
    }
    console.log(
      `${found} deletions of what a fact names or implies: all found; ${harmless} others: same rows and ledger`,
    );
    expect(found).toBeGreaterThan(20);
    expect(found + harmless).toBe(rest.protectedKeys.length);
  });

  test('an ingest refuses a damaged object that it touches by name, and publishes nothing', async () => {
    let refused = 0;
    for (const key of rest.protectedKeys) {
      const memory = await storeOf(rest.objects);
      const bytes = Uint8Array.from(bytesOf(key));
      const middle = Math.floor(bytes.length / 2);
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await memory.put(key, bytes);
      const complaint = await complaintOf(memory);
      if (complaint !== null) {
        expect(complaint, key).toContain(key);
        refused += 1;
      }
      await memory.put(key, bytesOf(key));
      expect(await readAll(memory), key).toBe(rest.truth);
    }
    expect(refused).toBeGreaterThan(3);
  });
});

/** What an ingest has to say against the store, or null. */
async function complaintOf(memory: MemoryStore): Promise<string | null> {
  try {
    const { outcome, collections } = await ingest(asStore(memory), { workers: 0 });
    return outcome === 'Complete' ? null : collections.flatMap(({ reasons }) => reasons).join('; ');
  } catch (error) {
    if (!(error instanceof AlluviumError)) throw error;
    return String(error.details['key']);
  }
}

function* truncations(intact: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < intact.length; length++) yield intact.slice(0, length);
}
