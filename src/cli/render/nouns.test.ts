// Would catch: a view for people that leaves out what is wrong, or that is out of line.
import { expect, test } from 'vitest';
import { recordScreen } from '../../../test/recorded-terminal.ts';
import type { BatchDetails, BatchSummary } from '../../catalog/batches.ts';
import type { DeltaSummary } from '../../catalog/deltas.ts';
import type { ExecutionDetails } from '../../catalog/executions.ts';
import type { SnapshotSummary } from '../../catalog/snapshots.ts';
import type { RecordTrace } from '../../catalog/why.ts';
import { renderBatch, renderBatches, renderCancel } from './batches.ts';
import { renderDeltas } from './deltas.ts';
import { renderExecution, renderExecutions } from './executions.ts';
import { pageOn, plainPage } from './page.ts';
import { renderDiff, renderSnapshots } from './snapshots.ts';
import { renderWhy } from './why.ts';

const batchId = '0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012';
const executionId = '0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f';
const at = (clock: string): string => `2026-07-23T${clock}Z`;

const batch: BatchSummary = {
  collection: 'lines',
  batchId,
  state: 'residue',
  provider: 'local',
  sequence: 3,
  rows: 50,
  deltas: 1,
  published: 48,
  pending: 0,
  residue: 2,
  discarded: 0,
  sealedAt: at('12:00:01.500'),
  cancelledAt: null,
};

const details: BatchDetails = {
  ...batch,
  submittedAt: at('12:00:00.000'),
  requestKey: `collections/lines/batches/${batchId}/request.jsonl`,
  executionId,
  escrowKeys: [],
  parts: [
    { part: 0, deltaId: '0193', key: 'collections/lines/deltas/0193.arrow', bytes: 18_500, rows: 48, publishedIn: 2 },
  ],
  residueByCode: { 'zero-vector': 2 },
  residueRows: [
    { n: 4, id: 'r\n5', line: 5, status: 'rejected', code: 'zero-vector', message: 'every component is zero' },
  ],
  strays: [{ code: 'unknown-id', line: 9, message: 'nobody asked for this' }],
  damage: null,
};

test('batches: what is rare has a column where there is some', () => {
  const pending: BatchSummary = {
    ...batch,
    state: 'pending',
    deltas: 0,
    published: 0,
    pending: 50,
    residue: 0,
    sealedAt: null,
  };
  expect(renderBatches([batch, pending], plainPage)).toMatchInlineSnapshot(`
    "  collection  batch                                       state    provider  rows  published  pending  residue  sealed (UTC)
      lines       0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012  residue  local       50         48        0        2  2026-07-23 12:00:01
      lines       0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012  pending  local       50          0       50        0  –

    2 batches: 1 residue, 1 pending
    "
  `);
  expect(renderBatches([], plainPage)).toBe('no such batches: alluvium submit FILE\n');
});

test('a batch with residue', () => {
  expect(renderBatch(details, plainPage)).toMatchInlineSnapshot(`
    "batch 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012 of lines: residue

      handed in  submission 3, 2026-07-23 12:00:00
      provider   local
      records    50: 48 published, 2 residue
      sealed     2026-07-23 12:00:01, by execution 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f
      request    collections/lines/batches/0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012/request.jsonl

      part  delta  rows    bytes  published in
         0  0193     48  18.5 KB  version 2

    records without a usable vector:
      2 × zero-vector
        line 5, r 5: every component is zero
        and 1 more
      answers that belong to no record: 1
    "
  `);
});

test('a batch that was cancelled, one that waits, and one whose provider is gone', () => {
  const result = { collection: 'lines', batchId, cancelledAt: at('12:00:02.000'), rows: 50, discarded: 50, pending: 0 };
  expect(renderCancel({ ...result, providerError: null }, plainPage)).toMatchInlineSnapshot(`
    "cancelled batch 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012 of lines
      50 records discarded
    "
  `);
  const providerError = {
    kind: 'NotFound',
    code: 'x',
    message: 'there is no\nsuch provider',
    hint: null,
    details: {},
  } as const;
  expect(renderCancel({ ...result, discarded: 0, pending: 50, providerError }, plainPage)).toMatchInlineSnapshot(`
    "cancelled batch 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012 of lines
      50 records still pending: what has come back is published
      the provider could not be asked: there is no such provider
    next: alluvium ingest
    "
  `);
});

const execution: ExecutionDetails = {
  executionId,
  startedAt: at('12:00:00.000'),
  endedAt: at('12:00:12.340'),
  outcome: 'CompleteWithQuarantine',
  stage: 'prod',
  collections: ['lines', 'words'],
  durationMs: 12_340,
  stopped: true,
  shownAt: at('12:00:12.340'),
  settings: { concurrency: 5, deltasPerChunk: 10 },
  outcomes: [],
  error: null,
  states: [
    state('PollBatches', at('12:00:00.100'), at('12:00:02.000'), { BatchesSealed: 2 }),
    { ...state('ProcessChunksInParallel', at('12:00:02.000'), null, { ChunkCompacted: 1, ChunkFailed: 1 }), round: 1 },
  ],
  items: [
    {
      ...item('PollBatches', 0, 'BatchesSealed'),
      attempts: 2,
      error: { error: 'Unavailable', errorCode: 'disk-full' },
    },
    item('PollBatches', 1, 'BatchesSealed'),
    { ...item('ProcessChunksInParallel', 0, 'ChunkCompacted'), round: 1 },
    { ...item('ProcessChunksInParallel', 1, null), round: 1, endedAt: null },
  ],
  events: [],
};

function state(name: string, enteredAt: string, exitedAt: string | null, outcomes: Record<string, number>) {
  return { state: name, round: 0, enteredAt, exitedAt, items: 2, outcomes };
}

function item(name: string, index: number, outcome: string | null) {
  return {
    state: name,
    round: 0,
    index,
    startedAt: at(`12:00:0${index}.200`),
    endedAt: at(`12:00:0${index}.900`),
    outcome,
    attempts: 1,
    error: null,
  };
}

test('an execution that had trouble', () => {
  expect(renderExecution(execution, plainPage)).toMatchInlineSnapshot(`
    "CompleteWithQuarantine in 12.3 s, execution 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f
    stage prod · started 2026-07-23 12:00:00 · concurrency 5 · chunks of 10
    lines, words
    its time limit ended it before everything was done

      UTC           state                             item  outcome                            took  trouble
      12:00:00.100  PollBatches                          2  2 BatchesSealed                   1.9 s
      12:00:00.200                                      #0  BatchesSealed                    700 ms  Unavailable: disk-full (2 runs)
      12:00:01.200                                      #1  BatchesSealed                    700 ms
      12:00:02.000  ProcessChunksInParallel, round 1     2  1 ChunkCompacted, 1 ChunkFailed       –
      12:00:00.200                                      #0  ChunkCompacted                   700 ms
      12:00:01.200                                      #1  –                                     –
    "
  `);
});

test('an execution that has not ended', () => {
  const unended = { ...execution, endedAt: null, outcome: null, stopped: false, states: [], items: [] };
  expect(renderExecution(unended, plainPage).split('\n')[0]).toBe(
    `not ended, last seen 2026-07-23 12:00:12, execution ${executionId}`,
  );
  const many = { ...unended, collections: ['a01', 'a02', 'a03', 'a04', 'a05'] };
  expect(renderExecutions([execution, many], plainPage)).toMatchInlineSnapshot(`
    "  execution                             started (UTC)          took  outcome                 collections
      0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f  2026-07-23 12:00:00  12.3 s  CompleteWithQuarantine  lines, words
      0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f  2026-07-23 12:00:00       –  not ended               a01, a02, a03 and 2 more
    "
  `);
});

test('a difference of more ids than are named', () => {
  const examples = { added: ['a', 'b'], removed: [], changed: ['c\u001B[2J'] };
  const diff = { collection: 'lines', from: 1, to: 2, added: 1_234, removed: 0, changed: 1, renewed: 7, examples };
  expect(renderDiff(diff, plainPage)).toMatchInlineSnapshot(`
    "lines, from version 1 to 2: 1,234 added, 0 removed, 1 changed, 7 renewed

      + a
      + b
        and 1,232 more added
      ~ c [2J
    "
  `);
  const same = { ...diff, added: 0, changed: 0, renewed: 0, examples: { added: [], removed: [], changed: [] } };
  expect(renderDiff(same, plainPage)).toBe('lines, from version 1 to 2: 0 added, 0 removed, 0 changed\n');
});

const trace: RecordTrace = {
  collection: 'lines',
  sequence: 1,
  line: 7,
  submittedAt: at('12:00:00.000'),
  batchId,
  provider: 'local',
  n: 6,
  residue: null,
  delta: { deltaId: '0193', key: 'collections/lines/deltas/0193.arrow', part: 0, block: 2 },
  publishedIn: 1,
  chunk: { executionId, round: 0, index: 12 },
  segment: { segmentId: '0-a', key: 'collections/lines/segments/0-a.arrow', row: 519 },
  place: 'superseded',
  liveFrom: 1,
  supersededBy: { sequence: 2, line: 3, snapshot: 4 },
};

test('why, version by version, the newest first', () => {
  const residue = { status: 'rejected', code: 'zero-vector', message: 'every component is zero' } as const;
  const nothing = { delta: null, publishedIn: null, chunk: null, segment: null, liveFrom: null, supersededBy: null };
  const lost = { ...trace, segment: null, chunk: { executionId, round: 1, index: 0 }, liveFrom: null };
  const versions: RecordTrace[] = [
    trace,
    { ...lost, sequence: 2 },
    { ...trace, ...nothing, sequence: 3, place: 'residue', residue },
  ];
  expect(renderWhy({ id: 'RECEIPT\n#1', versions, skipped: null }, plainPage)).toMatchInlineSnapshot(`
    "RECEIPT #1: 3 versions

    lines, submission 3, line 7: residue
      handed in  2026-07-23 12:00:00
      batch      0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012, record 6, provider local
      residue    rejected: zero-vector: every component is zero

    lines, submission 2, line 7: superseded in version 4 by submission 2, line 3; never live
      handed in    2026-07-23 12:00:00
      batch        0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012, record 6, provider local
      delta        collections/lines/deltas/0193.arrow, block 2
      chunk        0 of execution 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f, round 1
      segment      none: a higher version was in the same chunk
      taken in by  version 1

    lines, submission 1, line 7: superseded in version 4 by submission 2, line 3; live from version 1
      handed in    2026-07-23 12:00:00
      batch        0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5e-00012, record 6, provider local
      delta        collections/lines/deltas/0193.arrow, block 2
      chunk        12 of execution 0193c7e1-5a0e-7b1c-9d7e-6a1f2b3c4d5f
      segment      collections/lines/segments/0-a.arrow, row 519
      taken in by  version 1

    hand-ins that were skipped because nothing had changed leave no trace
    "
  `);
});

test('on a screen of 80 characters, lists fit', () => {
  const page = pageOn(recordScreen(() => {}, 80));
  const cancelled: BatchSummary = { ...batch, collection: 'receipt-lines', state: 'cancelled', discarded: 2 };
  const delta: DeltaSummary = {
    collection: 'receipt-lines',
    deltaId: executionId,
    batchId,
    part: 0,
    key: '',
    bytes: 32_000_000,
    rows: 12_345,
    blocks: 49,
    sealedAt: at('12:00:00.000'),
    executionId,
    writer: 'alluvium',
    publishedIn: 123,
  };
  const snapshot: SnapshotSummary = {
    collection: 'receipt-lines',
    version: 123,
    publishedAt: at('12:00:00.000'),
    executionId,
    rows: 1_234_567,
    segments: 64,
    bytes: 1,
    added: 1,
    published: 1_234_567,
    superseded: 1_234_567,
    setHash: '',
  };
  const texts = [
    renderBatches([cancelled], page),
    renderDeltas([delta], page),
    renderExecutions([execution], page),
    renderSnapshots([snapshot], page),
  ];
  for (const text of texts) {
    // oxlint-disable-next-line no-control-regex
    const lines = text.replaceAll(/\u001B\[[0-9;]*m/g, '').split('\n');
    expect(Math.max(...lines.map((line) => line.length)), text).toBeLessThanOrEqual(80);
  }
});
