import { afterEach, beforeEach, describe } from 'vitest';
import type { Store } from '../../src/store/contract.ts';
import { checkDeletes } from './store-deletes.ts';
import { checkKeysAndSignals } from './store-keys-and-signals.ts';
import { checkLists } from './store-lists.ts';
import type { CurrentStore } from './store-expectations.ts';
import { checkReads } from './store-reads.ts';
import { checkWrites } from './store-writes.ts';

/** How the suite gets at the store under test. */
export interface StoreUnderTest<S extends Store> {
  /** A store without any object. Called once a test. */
  readonly open: () => Promise<S>;
  /** Called after each test with its store. */
  readonly close?: (store: S) => Promise<void>;
}

/**
 * Everything that `src/store/contract.ts` says, as a vitest suite: call it in a test file of your own.
 *
 * Races are run in one process. What several processes do to each other is for the driver's own tests.
 *
 * @example
 * storeConformance('my store', { open: async () => new MyStore(await emptyBucket()) });
 */
export function storeConformance<S extends Store>(name: string, { open, close }: StoreUnderTest<S>): void {
  describe(`store: ${name}`, () => {
    let current: S | null = null;

    beforeEach(async () => {
      current = await open();
    });

    afterEach(async () => {
      if (current !== null) await close?.(current);
      current = null;
    });

    const store: CurrentStore = () => {
      if (current === null) throw new Error('the store is open only during a test');
      return current;
    };

    describe('reads', () => {
      checkReads(store);
    });
    describe('writes', () => {
      checkWrites(store);
    });
    describe('lists', () => {
      checkLists(store);
    });
    describe('deletes', () => {
      checkDeletes(store);
    });
    describe('keys and signals', () => {
      checkKeysAndSignals(store);
    });
  });
}
