// Would catch: an ingest that, killed at a random moment, leaves something behind that the next one cannot finish, or finishes otherwise.
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { crashRounds } from './crash-rounds.ts';

/** `npm run crash` plays a hundred. */
const rounds = 6;

test.skipIf(!existsSync('/proc/self/task'))(
  `an ingest that is killed ${rounds} times at random moments publishes what an undisturbed one does`,
  async () => {
    const results = await crashRounds({ seed: 3, rounds });
    expect(results.flatMap(({ problems }) => problems)).toEqual([]);
    expect(results.filter(({ killed }) => killed !== null).length).toBeGreaterThan(rounds / 2);
  },
  60_000,
);
