// Would catch: progress that says more than was done, floods a log file, or hides that a delta was left out.
import { expect, test } from 'vitest';
import { recordScreen } from '../../../test/recorded-terminal.ts';
import type { IngestEvent } from '../../pipeline/events.ts';
import { limits } from '../../domain/limits.ts';
import { showIngest, showSubmit, showVerify } from './show-progress.ts';

const collection = 'lines';

test('where nobody watches, an ingest is a line at each stage and at each tenth of it', () => {
  expect(linesOf(ingest({ batches: 30, chunks: 3 }))).toMatchInlineSnapshot(`
    [
      "execution 0193",
      "30 batches to embed, 1,500 records",
      "embedded 10 %: 3 of 30 batches",
      "embedded 20 %: 6 of 30 batches",
      "embedded 30 %: 9 of 30 batches",
      "embedded 40 %: 12 of 30 batches",
      "embedded 50 %: 15 of 30 batches",
      "embedded 60 %: 18 of 30 batches",
      "embedded 70 %: 21 of 30 batches",
      "embedded 80 %: 24 of 30 batches",
      "embedded 90 %: 27 of 30 batches",
      "embedded 100 %: 30 of 30 batches",
      "3 chunks to compact, 30 deltas",
      "compacted 33 %: 1 of 3 chunks",
      "compacted 66 %: 2 of 3 chunks",
      "compacted 100 %: 3 of 3 chunks",
      "published lines version 1, 1,500 records",
    ]
  `);
});

test('thousands of batches make as few lines', () => {
  expect(linesOf(ingest({ batches: 10_000, chunks: 1_000 }))).toHaveLength(3 + 10 + 10 + 1);
});

test('accused deltas are named, but not without end', () => {
  const accused = Array.from({ length: limits.examplesMax + 5 }, (_, index): IngestEvent => {
    return { type: 'DeltaAccused', collection, deltaKey: `deltas/${index}.arrow`, index, code: 'object-digest' };
  });
  const lines = linesOf(accused);
  expect(lines).toHaveLength(limits.examplesMax);
  expect(lines[0]).toBe('warning: delta left out (object-digest): deltas/0.arrow');
  expect(lines.at(-1)).toBe('warning: delta left out (object-digest): deltas/19.arrow; further ones are not listed');
});

test('verify tells each tenth', () => {
  const written: string[] = [];
  const view = showVerify(recordScreen((text) => written.push(text)));
  for (let objects = 0; objects <= 200; objects += 1) {
    view.show({ objects, objectsTotal: 200, bytes: objects * 1000 });
  }
  view.end();
  expect(written).toHaveLength(10);
  expect(written[0]).toBe('verified 10 %: 20 of 200 objects, 20.0 KB\n');
});

test('submit tells every 100,000 lines', () => {
  const written: string[] = [];
  const view = showSubmit(recordScreen((text) => written.push(text)));
  for (let lines = 5000; lines <= 205_000; lines += 5000) view.show({ lines, records: lines, skipped: 0, batches: 1 });
  view.end();
  expect(written).toEqual(['read 100,000 lines, wrote 1 batch\n', 'read 200,000 lines, wrote 1 batch\n']);
});

test.each([80, 120])('on a screen of %i columns, bars end where the work ended and fit', (columns) => {
  let text = '';
  const view = showIngest(recordScreen((chunk) => (text += chunk), columns));
  for (const event of ingest({ batches: 464, chunks: 47 })) view.show(event);
  view.say('a line above');
  view.end();
  view.end();
  // oxlint-disable-next-line no-control-regex
  const lines = text.split(/\n|\u001B\[[?0-9;]*[A-Zhl]/).map((line) => line.replaceAll(/\u001B\[[0-9;]*m/g, ''));
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  expect(lines).toContain('a line above');
  const last = lines.filter((line) => line.includes('%')).slice(-3);
  expect(last.map((line) => line.replaceAll(/[ █]+/g, ' '))).toEqual([
    ' embed 100 % 464/464 batches · 23,200 records',
    ' compact 100 % 47/47 chunks',
    ' publish 100 % 1/1 collection',
  ]);
});

function linesOf(events: readonly IngestEvent[]): string[] {
  let text = '';
  const view = showIngest(recordScreen((chunk) => (text += chunk)));
  for (const event of events) view.show(event);
  view.end();
  return text.trimEnd().split('\n');
}

function ingest({ batches, chunks }: { batches: number; chunks: number }): IngestEvent[] {
  const rows = 50;
  const all = batches * rows;
  return [
    { type: 'ExecutionStarted', executionId: '0193' },
    { type: 'BatchesListed', batches, rows: all },
    ...Array.from({ length: batches }, (_, index): IngestEvent => {
      return { type: 'BatchSealed', collection, batchId: String(index), rows, residue: 0 };
    }),
    { type: 'ChunksPlanned', chunks, deltas: batches },
    ...Array.from({ length: chunks }, (_, index): IngestEvent => {
      return { type: 'ChunkCompacted', collection, index, rows: all / chunks };
    }),
    { type: 'SnapshotPublished', collection, version: 1, rows: all },
    { type: 'ExecutionEnded', executionId: '0193', outcome: 'Complete' },
  ];
}
