// Would catch: collections that share more than an execution: settings, rows, or each other's damage.
import { beforeAll, describe, expect, test } from 'vitest';
import type { CollectionOutcome } from '../../src/domain/facts.ts';
import { parseKey } from '../../src/domain/keys.ts';
import {
  audit,
  ingest,
  type InputRecord,
  inputLines,
  type IngestResult,
  MemoryStore,
  openOn,
  query,
  readRows,
  readStatus,
  submit,
  verify,
} from '../../src/index.ts';
import { FaultyStore } from '../faulty-store.ts';
import { copyOf, onDriver } from '../handed-in.ts';

const texts = ['TOTAL AMOUNT 12.50', 'SUBTOTAL 11.00', 'TAX 1.50', 'CASH 20.00', 'CHANGE 7.50', 'THANK YOU'];

/** Two hand-ins: the second changes the first lines and adds a few. */
const handIns: readonly (readonly InputRecord[])[] = [
  linesOf(0, 40, ''),
  [...linesOf(0, 7, ' (mended)'), ...linesOf(40, 9, '')],
];

function linesOf(first: number, count: number, end: string): InputRecord[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `receipt-${first + n}`,
    document: `${texts[(first + n) % texts.length]} of ${first + n}${end}`,
  }));
}

/** The words of lines, split at spaces. */
function wordsOf(lines: readonly InputRecord[]): InputRecord[] {
  return lines.flatMap(({ id, document }) =>
    (document ?? '').split(' ').map((word, index) => ({ id: `${id}#${index}`, document: word })),
  );
}

const settings = {
  lines: { recordsPerBatch: 5 },
  words: { recordsPerBatch: 20, provider: 'local', dimension: 48, metric: 'dot' },
} as const;
const running = { workers: 0, deltasPerChunk: 3 };
type Name = keyof typeof settings;
const names: readonly Name[] = ['lines', 'words'];

async function handInTo(memory: MemoryStore, name: Name, round: number): Promise<void> {
  const records = name === 'lines' ? (handIns[round] ?? []) : wordsOf(handIns[round] ?? []);
  await submit(await openOn(memory, { create: true }), name, inputLines(records), settings[name]);
}

/** What of a collection's outcome does not depend on when it was reached. */
function settled({ collections }: IngestResult, name: Name): Omit<CollectionOutcome, 'manifests'> | undefined {
  const { manifests: _, ...outcome } = collections.find(({ collection }) => collection === name) ?? { manifests: [] };
  return outcome as Omit<CollectionOutcome, 'manifests'>;
}

async function readAll(memory: MemoryStore, name: Name): Promise<string[]> {
  const rows = await Array.fromAsync(readRows(memory, name));
  return rows.map(({ id, document, vector, digest }) =>
    [id, document, vector?.length, Buffer.from(digest).toString('hex')].join(' '),
  );
}

/** A store where only this collection was ever handed in, and what its ingests said. */
async function alone(name: Name): Promise<{ memory: MemoryStore; said: (object | undefined)[] }> {
  const memory = new MemoryStore();
  const said: (object | undefined)[] = [];
  for (const round of handIns.keys()) {
    await handInTo(memory, name, round);
    said.push(settled(await ingest(onDriver(memory), running), name));
  }
  return { memory, said };
}

describe('lines and words', () => {
  let first: MemoryStore;
  let firstResult: IngestResult;
  let handedIn: MemoryStore;
  let reference: Record<Name, Awaited<ReturnType<typeof alone>>>;

  beforeAll(async () => {
    const memory = new MemoryStore();
    for (const name of names) await handInTo(memory, name, 0);
    firstResult = await ingest(onDriver(memory), running);
    first = await copyOf(memory);
    for (const name of names) await handInTo(memory, name, 1);
    handedIn = memory;
    reference = { lines: await alone('lines'), words: await alone('words') };
  });

  test('are published by one execution, each as if it were alone', async () => {
    expect(firstResult).toMatchObject({
      outcome: 'Complete',
      collections: [{ collection: 'lines' }, { collection: 'words' }],
    });
    for (const name of names) {
      const [expected] = reference[name].said;
      expect(settled(firstResult, name)).toEqual(expected);
    }
    expect(await audit(onDriver(first))).toMatchObject({ balanced: true });
    expect(await verify(onDriver(first))).toMatchObject({ damaged: [], unnamed: 0, foreign: [] });
  });

  test('have settings of their own', async () => {
    const [line] = await Array.fromAsync(readRows(first, 'lines'));
    const [word] = await Array.fromAsync(readRows(first, 'words'));
    expect([line?.vector?.length, word?.vector?.length]).toEqual([384, 48]);
    const store = onDriver(first);
    const { results: lines } = await query(store, { collection: 'lines', text: 'TOTAL AMOUNT', k: 3 });
    for (const { document } of lines) expect(document).toMatch(/TOTAL/);
    const { results: words } = await query(store, { collection: 'words', text: 'CHANGE', k: 3 });
    for (const { document } of words) expect(document).toBe('CHANGE');
  });

  test('are chunked apart, and their chunks numbered together', async () => {
    const store = await copyOf(first);
    for (const name of names) await handInTo(store, name, 1);
    const chunks = new Map<number, Set<string>>();
    await ingest(onDriver(store), {
      ...running,
      onEvent: (event) => {
        if (event.type !== 'DeltaVerified') return;
        chunks.set(event.index, (chunks.get(event.index) ?? new Set()).add(event.collection));
      },
    });
    const numbers = [...chunks.keys()].toSorted((a, b) => a - b);
    expect(numbers).toEqual([...numbers.keys()]);
    expect(chunks.values().every((members) => members.size === 1)).toBe(true);
    expect(new Set(chunks.values().flatMap((members) => members))).toEqual(new Set(names));
  });

  test('one can be ingested without the other', async () => {
    const memory = await copyOf(handedIn);
    const { collections } = await ingest(onDriver(memory), { ...running, collections: ['words'] });
    expect(collections).toMatchObject([{ collection: 'words', outcome: 'Complete', version: 2, pending: 0 }]);
    const status = (await readStatus(onDriver(memory))).collections;
    expect(status).toMatchObject([{ snapshot: { version: 1 }, ledger: { pending: 16 } }, { snapshot: { version: 2 } }]);
  });

  const places: readonly (readonly [what: string, pattern: RegExp, outcome: string])[] = [
    ['its newest manifest', /snapshots\/0*1\.json$/, 'Failed'],
    ['its settings', /collection\.json$/, 'Failed'],
    ['a submission', /submissions\/0*2\.json$/, 'Failed'],
    ['a request', /batches\/[^/]+\/request\.jsonl$/, 'CompleteWithQuarantine'],
    ['an index', /segments\/[^/]+\.index$/, 'Inconclusive'],
    ['a delta', /deltas\/[^/]+\.arrow$/, 'Complete'],
    ['a segment', /segments\/[^/]+\.arrow$/, 'Complete'],
  ];

  describe.each(names)('damage to %s', (damaged) => {
    const other: Name = damaged === 'lines' ? 'words' : 'lines';

    test.each(places)('%s, does not touch the other', async (_, pattern, outcome) => {
      const memory = await copyOf(handedIn);
      const key = await newestKey(memory, damaged, pattern);
      await flipNearEnd(memory, key);
      const result = await ingest(onDriver(memory), running);
      expect(settled(result, damaged)?.outcome).toBe(outcome);
      await expectUntouched(memory, result, other);
      expect((await verify(onDriver(memory))).damaged.map((damage) => damage.key)).toContain(key);
    });

    test('a delta that was sealed and not published: it is left out, the other knows nothing of it', async () => {
      const memory = await copyOf(handedIn);
      const failing = new FaultyStore(memory, {
        put: async (key, forward) => {
          if (key.startsWith(`collections/${damaged}/segments/`)) throw new Error('the process died');
          return forward();
        },
      });
      const before = await ingest(onDriver(failing), running);
      expect(settled(before, damaged)?.outcome).toBe('Inconclusive');
      await expectUntouched(memory, before, other);

      const key = await newestKey(memory, damaged, /deltas\/[^/]+\.arrow$/);
      await flipNearEnd(memory, key);
      const after = await ingest(onDriver(memory), running);
      expect(after.outcome).toBe('CompleteWithQuarantine');
      expect(settled(after, damaged)).toMatchObject({ outcome: 'CompleteWithQuarantine', accused: 1, version: 2 });
      expect(settled(after, other)).toMatchObject({ outcome: 'Complete', version: 2, published: 0, pending: 0 });
      expect(await readAll(memory, other)).toEqual(await readAll(reference[other].memory, other));
    });
  });

  /** The collection is as it would be if the damaged one did not exist. */
  async function expectUntouched(memory: MemoryStore, result: IngestResult, name: Name): Promise<void> {
    expect(settled(result, name)).toEqual(reference[name].said[1]);
    expect(await readAll(memory, name)).toEqual(await readAll(reference[name].memory, name));
  }
});

/** The last key of a collection that fits: of the second hand-in, where it made one. */
async function newestKey(memory: MemoryStore, name: Name, pattern: RegExp): Promise<string> {
  const keys = await Array.fromAsync(memory.list(`collections/${name}/`), ({ key }) => key);
  const key = keys.findLast((candidate) => pattern.test(candidate) && parseKey(candidate) !== null);
  if (key === undefined) throw new Error(`${name} has no ${pattern.source}`);
  return key;
}

/** Where every reader looks: an index begins to be read at its end. */
async function flipNearEnd(memory: MemoryStore, key: string): Promise<void> {
  const bytes = await memory.get(key);
  const at = bytes.length - 40;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await memory.put(key, bytes);
}
