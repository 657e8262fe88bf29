// Would catch: a batch that is embedded although it was cancelled, answers that are lost with it, or a record that is in no place or in two.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerRequests } from '../../test/answer-requests.ts';
import { bringHome, copyOf, givenRecords, handIn, liveIds, newStore, sealOnly } from '../../test/handed-in.ts';
import { listBatches } from '../catalog/batches.ts';
import { providerError } from '../domain/errors.ts';
import type { CancelledFact } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { isBalanced, ledgerRows } from '../domain/ledger.ts';
import { audit } from '../ledger/audit.ts';
import { readLedger } from '../ledger/read-ledger.ts';
import { embedWith } from '../provider/embed-with.ts';
import type { Provider } from '../provider/contract.ts';
import { findFact } from '../store/facts.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { verify } from '../verify/verify.ts';
import { cancelBatch } from './cancel-batch.ts';

const keys = collectionKeys('abc');
let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

/** The account, which must balance in rows and key hash: with the hints as they are, without any, and to the auditor. */
async function account() {
  const { ledger } = await readLedger(memory, 'abc');
  expect(isBalanced(ledger)).toBe(true);
  const forgetful = await copyOf(memory);
  for await (const { key } of memory.list('pending/')) await forgetful.delete(key);
  const { ledger: relisted, hintsComplete } = await readLedger(forgetful, 'abc');
  expect(relisted).toEqual(ledger);
  expect(hintsComplete).toBe(ledger.pending.rows + ledger.residue.rows + ledger.discarded.rows === 0);
  expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ unaccounted: 0 }] });
  return ledgerRows(ledger);
}

async function batchIds(): Promise<string[]> {
  const { batches } = await listBatches(store);
  return batches.map(({ batchId }) => batchId);
}

async function stateOf(batchId: string): Promise<string | undefined> {
  const { batches } = await listBatches(store);
  return batches.find((batch) => batch.batchId === batchId)?.state;
}

describe('a batch that nobody has begun', () => {
  test('is discarded at once, and the others go on', async () => {
    await handIn(store, givenRecords('abc'));
    const [, second = ''] = await batchIds();
    expect(await cancelBatch(store, second)).toMatchObject({
      collection: 'abc',
      batchId: second,
      rows: 1,
      discarded: 1,
      pending: 0,
      providerError: null,
    });
    expect(await account()).toMatchObject({ submitted: 3, pending: 2, discarded: 1 });
    expect(await bringHome(store)).toMatchObject({ outcome: 'Complete', collections: [{ published: 2, pending: 0 }] });
    expect(await liveIds(memory)).toBe('ac');
    expect(await account()).toMatchObject({ submitted: 3, published: 2, pending: 0, discarded: 1 });
    expect(await stateOf(second)).toBe('cancelled');
    expect(await verify(store)).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });
  });

  test('stays discarded when its hint is lost: the next ingest puts it back and embeds nothing', async () => {
    await handIn(store, givenRecords('ab'));
    const [first = ''] = await batchIds();
    await cancelBatch(store, first);
    await memory.delete(keys.pending(first));
    await bringHome(store);
    expect(await liveIds(memory)).toBe('b');
    expect(await memory.head(keys.pending(first))).not.toBeNull();
    expect(await account()).toMatchObject({ published: 1, discarded: 1 });
  });

  test('may be cancelled again', async () => {
    await handIn(store, givenRecords('a'));
    const [only = ''] = await batchIds();
    const first = await cancelBatch(store, only);
    expect(await cancelBatch(store, only)).toEqual(first);
  });

  test('leaves its records to be handed in again, unchanged as they are', async () => {
    await handIn(store, givenRecords('ab'));
    const [first = ''] = await batchIds();
    await cancelBatch(store, first);
    expect(await handIn(store, givenRecords('ab'))).toMatchObject({ records: 1, skipped: 1 });
    await bringHome(store);
    expect(await liveIds(memory)).toBe('ab');
    expect(await account()).toMatchObject({ submitted: 3, published: 2, discarded: 1 });
  });

  test('is cancelled even where its provider is gone, and the result says that nobody was asked', async () => {
    const gone = embedWith((texts) => texts.map(() => [1, 1]), { name: 'gone', model: 'm', dimension: 2 });
    await handIn(store, [{ id: 'a', document: 'x' }], { provider: 'gone', providers: [gone] });
    const [only = ''] = await batchIds();
    expect(await cancelBatch(store, only)).toMatchObject({ discarded: 1, providerError: { kind: 'NotFound' } });
    expect(await account()).toMatchObject({ discarded: 1, pending: 0 });
  });

  test('whose cancellation is damaged is set aside by name, and the others go on', async () => {
    await handIn(store, givenRecords('ab'));
    const [first = ''] = await batchIds();
    await cancelBatch(store, first);
    const key = keys.batch(first).cancelled;
    const bytes = await memory.get(key);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await memory.put(key, bytes);
    expect(await verify(store)).toMatchObject({ damaged: [{ key }] });
    await expect(cancelBatch(store, first)).rejects.toMatchObject({ kind: 'Corrupt', details: { key } });
    expect(await bringHome(store)).toMatchObject({ outcome: 'CompleteWithQuarantine' });
    expect(await liveIds(memory)).toBe('b');
  });
});

describe('too late', () => {
  test.each([
    ['published', 'the batch is finished', async () => void (await bringHome(store))],
    ['sealed', 'the batch has come back, and the next ingest publishes it', async () => sealOnly(memory, 'snapshots')],
  ])('a batch that is %s is a conflict that says so, and nothing changes', async (state, message, act) => {
    await handIn(store, givenRecords('a'));
    await act();
    const [only = ''] = await batchIds();
    expect(await stateOf(only)).toBe(state);
    const before = await account();
    await expect(cancelBatch(store, only)).rejects.toMatchObject({
      kind: 'Conflict',
      code: 'batch-finished',
      message: `${message}: ${only}`,
    });
    expect(await memory.head(keys.batch(only).cancelled)).toBeNull();
    expect(await account()).toEqual(before);
  });

  test.each([{}, { collection: 'abc' }])('a batch that no submission names does not exist (%j)', async (choice) => {
    await handIn(store, givenRecords('ab'));
    const [, newest = ''] = await batchIds();
    const hint = `there are 2 (alluvium batches list), the newest is ${newest}`;
    await expect(cancelBatch(store, 'nobody', choice)).rejects.toMatchObject({ kind: 'NotFound', hint });
    await expect(cancelBatch(store, newest, { collection: 'other' })).rejects.toMatchObject({
      kind: 'NotFound',
      hint: 'there are: abc',
    });
  });
});

describe('while an ingest runs', () => {
  /** Embeds nothing before it is let go on; texts it was asked for are told. */
  function held() {
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const asked: string[] = [];
    const embedTexts = async (texts: readonly string[]): Promise<number[][]> => {
      asked.push(...texts);
      begun.resolve();
      await released.promise;
      return texts.map((text) => (text === 'unusable' ? [0, 0] : [1, 1]));
    };
    const provider = embedWith(embedTexts, { name: 'held', model: 'm', dimension: 2 });
    return { provider, asked, begun: begun.promise, release: released.resolve };
  }

  test('a poll that had begun wins: what it brought home is published, what it did not is discarded', async () => {
    const { provider, begun, release } = held();
    const records = [
      { id: 'a', document: 'x' },
      { id: 'b', document: 'unusable' },
    ];
    await handIn(store, records, { provider: 'held', providers: [provider], recordsPerBatch: 2 });
    const [only = ''] = await batchIds();
    const running = bringHome(store, { providers: [provider] });
    await begun;
    expect(await cancelBatch(store, only, { providers: [provider] })).toMatchObject({ discarded: 2 });
    release();
    expect(await running).toMatchObject({ outcome: 'Complete', collections: [{ published: 1, residue: 0 }] });
    expect(await liveIds(memory)).toBe('a');
    expect(await account()).toMatchObject({ submitted: 2, published: 1, discarded: 1, residue: 0, pending: 0 });
    expect(await stateOf(only)).toBe('cancelled');
    expect(await verify(store)).toMatchObject({ damaged: [] });
  });

  test('a batch whose turn has not come is not begun', async () => {
    const { provider, asked, begun, release } = held();
    const records = ['a', 'b'].map((id) => ({ id, document: `text of ${id}` }));
    await handIn(store, records, { provider: 'held', providers: [provider] });
    const [, second = ''] = await batchIds();
    const running = bringHome(store, { providers: [provider], concurrency: 1 });
    await begun;
    await cancelBatch(store, second, { providers: [provider] });
    release();
    expect(await running).toMatchObject({ outcome: 'Complete', collections: [{ published: 1, pending: 0 }] });
    expect(asked).toEqual(['text of a']);
    expect(await account()).toMatchObject({ published: 1, discarded: 1 });
  });
});

describe('a batch that somebody else works on', () => {
  let folder = '';
  const dimension = 8;
  const options = { provider: 'files', model: 'text-embedding-3-small', dimension, recordsPerBatch: 4 };
  const records = Array.from('abcd', (id) => ({ id, document: `text of ${id}` }));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alluvium-cancel-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  test('keeps the answers that have come; the rest is discarded', async () => {
    await handIn(store, records, { ...options, folder });
    const [only = ''] = await batchIds();
    const answer = ({ customId }: { customId: string }, good: string) => (/[02]$/.test(customId) ? [good] : []);
    await answerRequests(folder, { dimension, answer });
    expect(await bringHome(store)).toMatchObject({ collections: [{ pending: 4 }] });
    expect(await cancelBatch(store, only)).toMatchObject({ rows: 4, discarded: 0, pending: 4 });
    expect(await account()).toMatchObject({ pending: 4, discarded: 0 });

    expect(await bringHome(store)).toMatchObject({ outcome: 'Complete', collections: [{ published: 2, pending: 0 }] });
    expect(await liveIds(memory)).toBe('ac');
    expect(await account()).toMatchObject({ submitted: 4, published: 2, discarded: 2, residue: 0 });
    expect(await cancelBatch(store, only)).toMatchObject({ discarded: 2, pending: 0 });
    expect(await handIn(store, records, { ...options, folder })).toMatchObject({ records: 2, skipped: 2 });

    expect(await verify(store)).toMatchObject({ damaged: [] });
    const key = keys.batch(only).cancelled;
    await memory.delete(key);
    expect(await verify(store)).toMatchObject({ damaged: [{ key, reason: 'object-missing' }] });
  });

  test('is given up with the next ingest where no answer has come, and asked of nobody again', async () => {
    await handIn(store, records, { ...options, folder });
    const [only = ''] = await batchIds();
    await rm(join(folder, `${only}.jsonl`));
    await cancelBatch(store, only);
    expect(await bringHome(store)).toMatchObject({ outcome: 'Complete', collections: [{ published: 0, pending: 0 }] });
    expect(await readdir(folder)).toEqual([]);
    expect(await account()).toMatchObject({ submitted: 4, discarded: 4 });
  });

  /** Knows a job for whatever it is asked, until it does not. */
  function elsewhere(job: Partial<Provider>): Provider {
    const base = embedWith((texts) => texts.map(() => [1, 1]), { name: 'elsewhere', model: 'm', dimension: 2 });
    return { ...base, find: async ({ batchId }) => ({ jobId: batchId }), ...job };
  }

  async function handInElsewhere(provider: Provider): Promise<string> {
    await handIn(store, [{ id: 'a', document: 'x' }], { provider: 'elsewhere', providers: [provider] });
    const [only = ''] = await batchIds();
    return only;
  }

  test('is marked as cancelled before its provider is asked, and is cancelled even if that fails', async () => {
    const awaited: (boolean | undefined)[] = [];
    const cancel = async (jobId: string): Promise<void> => {
      awaited.push((await findFact<CancelledFact>(memory, keys.batch(jobId).cancelled))?.fact.awaited);
      throw providerError('line-dead', 'the line is dead');
    };
    const provider = elsewhere({ cancel });
    const only = await handInElsewhere(provider);
    expect(await cancelBatch(store, only, { providers: [provider] })).toMatchObject({
      pending: 1,
      providerError: { kind: 'Provider', message: 'the line is dead' },
    });
    expect(awaited).toEqual([true]);
  });

  test.each<[string, Partial<Provider>]>([
    ['has failed', { poll: async () => ({ state: 'failed', counts: null }) }],
    ['is forgotten', { find: async () => null }],
  ])('is discarded with the next ingest when its job %s', async (_, job) => {
    const only = await handInElsewhere(elsewhere({}));
    await cancelBatch(store, only, { providers: [elsewhere({})] });
    const refuse = async (): Promise<never> => expect.fail('a cancelled batch was submitted');
    const provider = elsewhere({ ...job, submit: refuse });
    expect(await bringHome(store, { providers: [provider] })).toMatchObject({ outcome: 'Complete' });
    expect(await account()).toMatchObject({ submitted: 1, discarded: 1, pending: 0, residue: 0 });
  });

  test('waits as long as its provider is still ending it', async () => {
    const only = await handInElsewhere(elsewhere({}));
    const provider = elsewhere({ poll: async () => ({ state: 'running', counts: null }) });
    await cancelBatch(store, only, { providers: [provider] });
    expect(await bringHome(store, { providers: [provider] })).toMatchObject({ outcome: 'Complete' });
    expect(await account()).toMatchObject({ submitted: 1, pending: 1, discarded: 0 });
  });
});
