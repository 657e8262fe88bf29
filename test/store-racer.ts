/**
 * One process of `store-race.test.ts`: at each message puts `writers` different bodies under the given key at once, and answers
 * which of them were created.
 */
import { LocalStore } from '../src/store/local.ts';

export interface Round {
  readonly root: string;
  readonly key: string;
  readonly process: number;
  readonly writers: number;
}

/** What each put gave: `created`, `exists`, or the message of an error. */
export type RoundResults = readonly string[];

/** No two writers write the same bytes, nor as many. */
export function racerBody(key: string, process: number, writer: number): Uint8Array {
  const line = `${key} by ${process}/${writer}\n`;
  return new TextEncoder().encode(line.repeat(100 + process * 10 + writer));
}

async function race({ root, key, process, writers }: Round): Promise<RoundResults> {
  const store = new LocalStore(root);
  const puts = Array.from({ length: writers }, async (_, writer) =>
    store.put(key, racerBody(key, process, writer), { ifAbsent: true }),
  );
  const settled = await Promise.allSettled(puts);
  return settled.map((put) => (put.status === 'fulfilled' ? put.value : String(put.reason)));
}

if (import.meta.main) {
  process.on('message', (round: Round) => {
    void race(round).then((results) => process.send?.(results));
  });
}
