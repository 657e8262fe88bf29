// Would catch: a result for people that says something else than the result for programs, or that is out of line.
import { expect, test } from 'vitest';
import { recordScreen } from '../../../test/recorded-terminal.ts';
import type { CollectionOutcome, Outcome } from '../../domain/facts.ts';
import type { CollectionAudit } from '../../ledger/audit.ts';
import type { CollectionStatus } from '../../ledger/status.ts';
import { renderAudit } from './audit.ts';
import { renderIngest } from './ingest.ts';
import { pageOn, plainPage } from './page.ts';
import { renderQuery } from './query.ts';
import { renderStatus } from './status.ts';
import { renderSubmit } from './submit.ts';
import { renderVerify } from './verify.ts';

const settings = { concurrency: 5, deltasPerChunk: 10 };
const setHash = '00'.repeat(32);
const none = { superseded: 0, deleted: 0, withdrawn: 0, pending: 0, quarantined: 0, residue: 0, discarded: 0 };
const ledger = { ...none, submitted: 23_189, published: 23_189 };

test('submit', () => {
  const result = {
    collection: 'lines',
    sequence: 3,
    records: 500,
    skipped: 22_689,
    batches: 10,
    invalid: 2,
    repeated: 1,
  };
  expect(renderSubmit(result, plainPage)).toMatchInlineSnapshot(`
    "submitted 500 records to lines: submission 3, 10 batches
      22,689 unchanged · 1 repeated · 2 invalid, left out
    next: alluvium ingest
    "
  `);
  expect(renderSubmit({ ...result, sequence: null, records: 0, batches: 0 }, plainPage)).toMatchInlineSnapshot(`
    "nothing new was handed in, no submission was made
      22,689 unchanged · 1 repeated · 2 invalid, left out
    "
  `);
});

test('ingest', () => {
  expect(renderIngest(ingested('Complete', [outcome({})]), settings, plainPage)).toMatchInlineSnapshot(`
    "Complete in 12.3 s, execution 01930000-0000-7000-8000-000000000000
    464 batches · 47 chunks of 10 · concurrency 5

      collection  outcome   version  published  superseded  pending  residue
      lines       Complete        1     23,189           0        0        0

    next: alluvium query "…" -c lines, or alluvium audit
    "
  `);
});

test('an ingest that left something out says what and why', () => {
  const reasons = ['1 delta was accused: collections/lines/deltas/0193.arrow'];
  const collections = [
    outcome({ outcome: 'CompleteWithQuarantine', pending: 50, accused: 1, quarantined: 0, reasons }),
    outcome({ collection: 'words', version: null, published: 0, batches: 0, chunks: 0 }),
  ];
  const result = ingested('CompleteWithQuarantine', collections);
  expect(renderIngest(result, settings, plainPage)).toMatchInlineSnapshot(`
    "CompleteWithQuarantine in 12.3 s, execution 01930000-0000-7000-8000-000000000000
    464 batches · 47 chunks of 10 · concurrency 5

      collection  outcome                 version  published  superseded  pending  residue
      lines       CompleteWithQuarantine        1     23,189           0       50        0
      words       Complete                      –          0           0        0        0

      lines: 1 delta was accused: collections/lines/deltas/0193.arrow

    next: alluvium audit
    "
  `);
});

test('an ingest with nothing to do', () => {
  expect(renderIngest(ingested('Complete', []), settings, plainPage)).toMatchInlineSnapshot(`
    "Complete in 12.3 s, execution 01930000-0000-7000-8000-000000000000
    nothing was pending

    next: alluvium submit FILE
    "
  `);
});

test('an ingest that could list nothing says why', () => {
  const error = {
    kind: 'Unavailable',
    code: 'disk-full',
    message: 'the disk is full',
    hint: null,
    details: {},
  } as const;
  const result = { ...ingested('Failed', []), error };
  expect(renderIngest(result, settings, plainPage)).toMatchInlineSnapshot(`
    "Failed in 12.3 s, execution 01930000-0000-7000-8000-000000000000
    nothing could be listed

      Unavailable: the disk is full

    next: alluvium verify, then alluvium ingest again
    "
  `);
});

test('status', () => {
  const collections: CollectionStatus[] = [
    { collection: 'lines', snapshot: { version: 2, rows: 23_189, segments: 94, setHash }, ledger, openBatches: 0 },
    {
      collection: 'words',
      snapshot: null,
      ledger: { ...none, submitted: 7, published: 0, pending: 7 },
      openBatches: 1,
    },
  ];
  expect(renderStatus({ stage: 'dev', collections }, 'file:///data/.alluvium', plainPage)).toMatchInlineSnapshot(`
    "store file:///data/.alluvium, stage dev

      collection  version  segments  submitted  published  superseded  pending  open batches
      lines             2        94     23,189     23,189           0        0             0
      words             –         0          7          0           0        7             1

    next: alluvium ingest
    "
  `);
});

test('audit', () => {
  const lines: CollectionAudit = { collection: 'lines', ...ledger, unaccounted: 0, missing: [], balanced: true };
  expect(renderAudit({ balanced: true, collections: [lines] }, plainPage)).toMatchInlineSnapshot(`
    "  collection  submitted  published  superseded  pending  unaccounted
      lines          23,189     23,189           0        0            0

    balanced: every record version is in exactly one place
    "
  `);
  const missing = [{ id: 'RECEIPT#001', sequence: 1, line: 7, batchId: '0193' }];
  const lost: CollectionAudit = { ...lines, published: 23_187, residue: 1, unaccounted: 1, missing, balanced: false };
  expect(renderAudit({ balanced: false, collections: [lost] }, plainPage)).toMatchInlineSnapshot(`
    "  collection  submitted  published  superseded  pending  residue  unaccounted
      lines          23,189     23,187           0        0        1            1

    1 record version of lines that is nowhere:
      RECEIPT#001  (submission 1, line 7, batch 0193)

    not balanced: see \`alluvium verify\` for what is damaged
    "
  `);
});

test('verify', () => {
  const result = { objects: 1234, bytes: 45_600_000, rows: 23_189, damaged: [], unnamed: 0, foreign: [] };
  expect(renderVerify(result, plainPage)).toMatchInlineSnapshot(`
    "read 1,234 objects, 45.6 MB, 23,189 live rows
    clean: everything is as it was sealed
    "
  `);
  const damaged = [
    {
      key: 'collections/lines/deltas/0193.arrow',
      reason: 'object-digest',
      expected: 'ab'.repeat(32),
      actual: 'cd'.repeat(32),
    },
    { key: 'alluvium.json', reason: 'object-size', expected: 12_345, actual: 12_344 },
  ];
  expect(renderVerify({ ...result, damaged, unnamed: 2, foreign: ['notes.txt'] }, plainPage)).toMatchInlineSnapshot(`
    "read 1,234 objects, 45.6 MB, 23,189 live rows
      2 objects that nothing names: left by a crash, harmless
      1 file of somebody else: notes.txt
    damaged: 2 objects
      collections/lines/deltas/0193.arrow
        object-digest: expected abababababababababababababababababababababababababababababababab, found cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      alluvium.json
        object-size: expected 12,345, found 12,344
    "
  `);
});

const results = [
  { id: 'RECEIPT#001#LINE#00012', score: 0.91234, document: 'TOTAL AMOUNT 12.50', metadata: null },
  { id: 'RECEIPT#002#LINE#00003', score: 0.8, document: 'Total\n  amount:\u001B[31m RM 3', metadata: { line: 3 } },
  { id: 'x', score: -0.05, document: null, metadata: null },
];

test('query', () => {
  const result = { collection: 'lines', version: 2, results };
  expect(renderQuery(result, 'total amount', plainPage)).toMatchInlineSnapshot(`
    "3 results from lines version 2

      #   score  id                      document
      1   0.912  RECEIPT#001#LINE#00012  TOTAL AMOUNT 12.50
      2   0.800  RECEIPT#002#LINE#00003  Total amount: [31m RM 3
      3  -0.050  x
    "
  `);
  expect(renderQuery({ ...result, results: [] }, 'total', plainPage)).toBe('0 results from lines version 2\n');
});

test('on a screen, a query fits its width and marks the words', () => {
  const long = results.map((result) => ({ ...result, document: 'the grand total of it all '.repeat(9) }));
  const page = pageOn(recordScreen(() => {}, 80));
  const text = renderQuery({ collection: 'lines', version: 2, results: long }, 'Total', page);
  // oxlint-disable-next-line no-control-regex
  const plain = text.replaceAll(/\u001B\[[0-9;]*m/g, '');
  expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(plain).toContain('…');
});

function ingested(worst: Outcome, collections: CollectionOutcome[]) {
  return {
    executionId: '01930000-0000-7000-8000-000000000000',
    outcome: worst,
    durationMs: 12_340,
    collections,
    stopped: false,
    takenOver: [],
    error: null,
  };
}

function outcome(more: Partial<CollectionOutcome>): CollectionOutcome {
  return {
    collection: 'lines',
    outcome: 'Complete',
    manifests: [],
    version: 1,
    setHash,
    published: 23_189,
    superseded: 0,
    healed: 0,
    pending: 0,
    quarantined: 0,
    residue: 0,
    batches: 464,
    chunks: 47,
    accused: 0,
    reasons: [],
    ...more,
  };
}
