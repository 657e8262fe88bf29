// Catches work that goes on behind an error, or more of it at once than the machine was promised.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapParallel } from './parallel.ts';

test('results keep the order of their items, however the calls end, and never more run than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (scheduler, items, concurrency) => {
        let running = 0;
        let most = 0;
        const mapped = mapParallel(items, concurrency, async (item, index) => {
          running += 1;
          most = Math.max(most, running);
          await scheduler.schedule(Promise.resolve(), `item ${index}`);
          running -= 1;
          return [index, item];
        });
        const results = await scheduler.waitFor(mapped);
        expect(results).toEqual(items.map((item, index) => [index, item]));
        expect(most).toBe(Math.min(concurrency, items.length));
      },
    ),
  );
});

test('the first error is thrown when everything under way has ended, and nothing is started after it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.uniqueArray(fc.nat({ max: 11 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (scheduler, failing, concurrency) => {
        const errors: string[] = [];
        const open = new Set<number>();
        let startedAfter = 0;
        const mapped = mapParallel([...Array(12).keys()], concurrency, async (item) => {
          if (errors.length > 0) startedAfter += 1;
          open.add(item);
          await scheduler.schedule(Promise.resolve(), `item ${item}`);
          open.delete(item);
          if (!failing.includes(item)) return item;
          errors.push(`item ${item}`);
          throw new Error(`item ${item}`);
        });
        const thrown = await scheduler.waitFor(
          mapped.then(
            () => 'nothing',
            (error: unknown) => error,
          ),
        );
        expect(open.size).toBe(0);
        expect(startedAfter).toBe(0);
        expect(thrown).toMatchObject({ message: errors[0] });
      },
    ),
  );
});

test('what throws at once, or rejects with nothing, is an error like any other', async () => {
  const atOnce = mapParallel([1, 2], 1, () => {
    throw new Error('at once');
  });
  await expect(atOnce).rejects.toThrow('at once');
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- it is what must not be lost.
  const withNothing = mapParallel([1, 2], 2, () => Promise.reject());
  await expect(withNothing).rejects.toBeUndefined();
});

test('no items need no call', async () => {
  await expect(mapParallel([], 3, () => Promise.reject(new Error('called')))).resolves.toEqual([]);
});
