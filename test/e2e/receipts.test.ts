// Would catch: a record lost, doubled or left old anywhere between hand-in and snapshot, at the size and shape of the incident.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AlluviumStore,
  audit,
  ingest,
  type IngestEvent,
  type InputLine,
  openStore,
  query,
  readRows,
  readStatus,
  submit,
  verify,
} from '../../src/index.ts';
import { readInput } from '../../src/input/read-input.ts';
import { receiptsAbsent, receiptsPath } from '../receipts.ts';

const changedCount = 500;

/** The receipts, with every 46th document changed up to 500. */
async function* changed(lines: AsyncIterable<InputLine>): AsyncGenerator<InputLine> {
  let left = changedCount;
  for await (const input of lines) {
    if ('record' in input && input.line % 46 === 0 && left > 0) {
      left -= 1;
      yield { ...input, record: { ...input.record, document: `${input.record.document} (mended)` } };
    } else yield input;
  }
}

async function liveRows(store: AlluviumStore): Promise<Map<string, string | null>> {
  const rows = new Map<string, string | null>();
  for await (const { id, document } of readRows(store.store, 'lines')) {
    expect(rows.has(id), `${id} is live twice`).toBe(false);
    rows.set(id, document);
  }
  return rows;
}

describe.skipIf(receiptsAbsent)('23,189 receipt lines (skips without ../shared/data/receipts)', () => {
  let folder = '';
  let store: AlluviumStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alluvium-receipts-'));
    store = await openStore(folder, { create: true });
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const lines = (): AsyncIterable<InputLine> => readInput(receiptsPath);

  test('464 batches become 47 chunks of 10 and one verified snapshot', async () => {
    const submitted = await submit(store, 'lines', lines(), { recordsPerBatch: 50 });
    expect(submitted).toMatchObject({ sequence: 1, records: 23_189, skipped: 0, batches: 464 });

    const events: IngestEvent[] = [];
    const { outcome, collections } = await ingest(store, { onEvent: (event) => events.push(event) });
    expect(outcome).toBe('Complete');
    expect(collections).toMatchObject([{ batches: 464, chunks: 47, published: 23_189, superseded: 0, pending: 0 }]);
    const verified = Map.groupBy(
      events.filter((event) => event.type === 'DeltaVerified'),
      ({ index }) => index,
    );
    expect([...verified.values()].map((deltas) => deltas.length).toSorted((a, b) => b - a)).toEqual([
      ...Array.from({ length: 46 }, () => 10),
      4,
    ]);
    expect(await audit(store)).toMatchObject({ balanced: true, collections: [{ published: 23_189, unaccounted: 0 }] });
    expect(await verify(store)).toMatchObject({ rows: 23_189, damaged: [], unnamed: 0, foreign: [] });
  }, 120_000);

  test('a query finds such lines', async () => {
    const { results } = await query(store, { collection: 'lines', text: 'TOTAL AMOUNT', k: 5 });
    expect(results).toHaveLength(5);
    for (const { document } of results) expect(document).toMatch(/TOTAL|AMOUNT/i);
  });

  test('a second ingest publishes nothing and is complete', async () => {
    const { outcome, collections } = await ingest(store);
    expect(outcome).toBe('Complete');
    expect(collections).toMatchObject([{ version: 1, batches: 0, published: 0, superseded: 0 }]);
  });

  test('500 changed documents: the others are skipped, exactly 500 superseded, no id twice', async () => {
    const before = await liveRows(store);
    const submitted = await submit(store, 'lines', changed(lines()), { recordsPerBatch: 50 });
    expect(submitted).toMatchObject({ records: changedCount, skipped: 22_689 });
    const { collections } = await ingest(store);
    expect(collections).toMatchObject([{ outcome: 'Complete', published: changedCount, superseded: changedCount }]);
    const after = await liveRows(store);
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    const differing = [...after].filter(([id, document]) => before.get(id) !== document);
    expect(differing).toHaveLength(changedCount);
    for (const [, document] of differing) expect(document).toMatch(/ \(mended\)$/);
  }, 120_000);

  test('handed in again with force: all embedded, the same live ids and texts', async () => {
    const before = await liveRows(store);
    const submitted = await submit(store, 'lines', changed(lines()), { recordsPerBatch: 500, force: true });
    expect(submitted).toMatchObject({ records: 23_189, skipped: 0 });
    const { collections } = await ingest(store);
    expect(collections).toMatchObject([{ outcome: 'Complete', published: 23_189, superseded: 23_189, pending: 0 }]);
    expect(await liveRows(store)).toEqual(before);
    expect(await audit(store)).toMatchObject({ balanced: true });
    const [status] = (await readStatus(store)).collections;
    expect(status).toMatchObject({
      snapshot: { version: 3, rows: 23_189 },
      ledger: { submitted: 23_189 * 2 + changedCount, published: 23_189, superseded: 23_189 + changedCount },
      openBatches: 0,
    });
  }, 120_000);
});
