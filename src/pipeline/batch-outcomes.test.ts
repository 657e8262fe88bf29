// Would catch: one bad batch that stops the others (F24), a run that says "complete" and has left records out (F11, F13, F16).
import { beforeEach, describe, expect, test } from 'vitest';
import { flipAt, keysOf } from '../../test/faulty-store.ts';
import {
  bringHome,
  givenRecords,
  handIn,
  letters,
  liveIds,
  newStore,
  onlyCollection,
  sealOnly,
} from '../../test/handed-in.ts';
import { internal, invalid } from '../domain/errors.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { must } from '../domain/must.ts';
import { outcomeExitCodes } from '../domain/outcome.ts';
import { audit, type AlluviumStore, type IngestResult, type MemoryStore, type Provider, verify } from '../index.ts';

const keys = collectionKeys('abc');
let memory: MemoryStore;
let store: AlluviumStore;

beforeEach(async () => {
  ({ memory, store } = await newStore());
});

/** Hands in a document each under the ids `a`, `b`, …, one batch each. */
async function handInTexts(...documents: readonly string[]): Promise<void> {
  const records = documents.map((document, n) => ({ id: String.fromCodePoint(97 + n), document }));
  await handIn(store, records, { provider: 'letters', providers: [letters()] });
}

async function ingestTexts(fails?: (text: string) => void): Promise<IngestResult> {
  return bringHome(store, { providers: [letters(fails)] });
}

async function expectBalanced(): Promise<void> {
  expect(await audit(store)).toMatchObject({ balanced: true });
}

test('with nothing to do an ingest is complete', async () => {
  expect(await bringHome(store)).toMatchObject({ outcome: 'Complete', collections: [], error: null });
});

describe('a batch', () => {
  test('that its provider fails does not keep the others: they are published, and the reason is told', async () => {
    await handInTexts('one', 'broken', 'three');
    const result = await ingestTexts((text) => {
      if (text === 'broken') throw invalid('too-odd', 'this text cannot be embedded');
    });
    expect(outcomeExitCodes[result.outcome]).toBe(5);
    const { reasons, ...collection } = onlyCollection(result);
    expect(collection).toMatchObject({ outcome: 'Inconclusive', published: 2, pending: 1, residue: 0 });
    expect(reasons.join()).toMatch(/1 record.*PollBatch 1: Invalid: too-odd: this text cannot be embedded/);
    expect(await liveIds(memory)).toBe('ac');
    await expectBalanced();

    expect(onlyCollection(await ingestTexts())).toMatchObject({ outcome: 'Complete', published: 1, pending: 0 });
    expect(await liveIds(memory)).toBe('abc');
  });

  test('that fails does not keep those of its own item either: with many batches, an item has several', async () => {
    const count = limits.mapItemsMax + 20;
    const documents = Array.from({ length: count }, (_, n) => (n === 0 ? 'broken' : 'fine'));
    await handInTexts(...documents);
    const result = await ingestTexts((text) => {
      if (text === 'broken') throw invalid('too-odd', 'this text cannot be embedded');
    });
    expect(onlyCollection(result)).toMatchObject({ outcome: 'Inconclusive', published: count - 1, pending: 1 });
  });

  test('that fails for a moment is tried again in the same run', async () => {
    await handInTexts('one', 'shy');
    let failures = 0;
    const result = await ingestTexts((text) => {
      if (text === 'shy' && failures++ === 0) throw new Error('too many requests');
    });
    expect(failures).toBe(2);
    expect(onlyCollection(result)).toMatchObject({ outcome: 'Complete', published: 2, pending: 0 });
  });

  test('that its provider is not done with is pending, and no failure', async () => {
    await handInTexts('one', 'two');
    const running: Provider = { ...letters(), poll: async () => ({ state: 'running', counts: null }) };
    const waiting = await bringHome(store, { providers: [running] });
    expect(onlyCollection(waiting)).toMatchObject({ outcome: 'Complete', version: null, published: 0, pending: 2 });
    expect(onlyCollection(await ingestTexts())).toMatchObject({ outcome: 'Complete', published: 2, pending: 0 });
  });

  test('that its provider has failed stays pending, and is said', async () => {
    await handInTexts('one');
    const failed: Provider = {
      ...letters(),
      poll: async () => {
        throw internal('lost', 'the provider does not know this job');
      },
    };
    const { outcome, reasons, pending } = onlyCollection(await bringHome(store, { providers: [failed] }));
    expect({ outcome, pending }).toEqual({ outcome: 'Inconclusive', pending: 1 });
    expect(reasons.join()).toMatch(/does not know this job/);
  });

  test('whose provider nobody knows is said by name', async () => {
    await handInTexts('one');
    const { outcome, reasons } = onlyCollection(await bringHome(store));
    expect(outcome).toBe('Inconclusive');
    expect(reasons.join()).toMatch(/NotFound: provider-unknown.*letters/);
  });

  test('of which nothing is usable is residue altogether: no version without rows', async () => {
    await handInTexts('unusable');
    const { reasons, ...collection } = onlyCollection(await ingestTexts());
    expect(collection).toMatchObject({ outcome: 'CompleteWithQuarantine', version: null, residue: 1, pending: 0 });
    expect(reasons.join()).toMatch(/1 record/);
    await expectBalanced();
  });

  test('sealed by a run that died before it could tell of residue: the next one tells', async () => {
    const documents = ['one', 'unusable', 'three'];
    const records = documents.map((document, n) => ({ id: `r${n}`, document }));
    await handIn(store, records, { provider: 'letters', providers: [letters()], recordsPerBatch: 3 });
    await sealOnly(memory, 'snapshots', { providers: [letters()] });
    const result = await ingestTexts();
    expect(outcomeExitCodes[result.outcome]).toBe(3);
    expect(onlyCollection(result)).toMatchObject({ published: 2, residue: 1 });
  });

  test.each([
    ['request', '/request.jsonl'],
    ['escrow', '/output/'],
  ])('with a damaged %s is set aside where it is still needed; the others are published', async (what, part) => {
    await handIn(store, givenRecords('abc'));
    if (what === 'escrow') await sealOnly(memory, 'segments');
    const key = (await keysOf(memory, keys.batches)).find((name) => name.includes(part));
    await flipAt(memory, must(key));
    const result = await bringHome(store);
    if (what === 'request') {
      expect(outcomeExitCodes[result.outcome]).toBe(3);
      expect(onlyCollection(result)).toMatchObject({ published: 2, pending: 1, accused: 1 });
      expect(onlyCollection(result).reasons.join()).toContain(must(key));
    } else {
      // Escrow holds up nothing: its deltas are sealed.
      expect(onlyCollection(result)).toMatchObject({ outcome: 'Complete', published: 3, pending: 0 });
    }
    await expectBalanced();
  });

  test('with a damaged seal is set aside and named, run after run; the others are published', async () => {
    await handIn(store, givenRecords('abc'));
    await sealOnly(memory, 'snapshots');
    const sealed = must((await keysOf(memory, keys.batches)).find((key) => key.endsWith('/sealed.json')));
    await flipAt(memory, sealed);
    for (const published of [2, 0]) {
      const result = await bringHome(store);
      expect(outcomeExitCodes[result.outcome]).toBe(3);
      expect(onlyCollection(result)).toMatchObject({ published, pending: 1, accused: 1 });
      expect(onlyCollection(result).reasons.join()).toContain(sealed);
      expect(await liveIds(memory)).toBe('bc');
    }
    expect((await verify(store)).damaged.map(({ key }) => key)).toEqual([sealed]);
  });

  test('published in part, with residue, whose seal is damaged since: set aside, nothing is said to be lost', async () => {
    const records = ['one', 'unusable'].map((document, n) => ({ id: `r${n}`, document }));
    await handIn(store, records, { provider: 'letters', providers: [letters()], recordsPerBatch: 2 });
    await ingestTexts();
    await flipAt(memory, must((await keysOf(memory, keys.batches)).find((key) => key.endsWith('/sealed.json'))));
    await handInTexts('new');
    const result = await ingestTexts();
    expect(outcomeExitCodes[result.outcome]).toBe(3);
    expect(onlyCollection(result)).toMatchObject({ outcome: 'CompleteWithQuarantine', published: 1, version: 2 });
  });
});
