import type { BlockSeal, LiveSegment, SegmentEntry } from '../domain/facts.ts';
import { sha256Hex } from '../domain/digest.ts';
import { corrupt, internal } from '../domain/errors.ts';
import { must } from '../domain/must.ts';
import type { Row } from '../domain/row.ts';
import { decodeBlock } from '../format/arrow-decoder.ts';
import { DeadRows } from '../format/dead-rows.ts';
import { openIndex, type SegmentIndex } from '../format/segment-index.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { readNamed } from '../store/facts.ts';

/** Opens a segment's index; every byte later read through it is checked against what the manifest says. */
export async function openSegmentIndex(
  store: Store,
  segment: SegmentEntry,
  options?: RequestOptions,
): Promise<SegmentIndex> {
  return await openIndex(segment.index, async (offset, length) =>
    store.getRange(segment.index.key, offset, length, options),
  );
}

/** Which rows of the segment are hidden, or null where none are. */
export async function readDeadRows(
  store: Store,
  segment: LiveSegment,
  options?: RequestOptions,
): Promise<DeadRows | null> {
  if (segment.dead === null) return null;
  const bytes = await readNamed(store, segment.dead, options);
  return DeadRows.decode(segment.dead.key, bytes, segment.tally.rows);
}

/** One row of a segment by its position. Reads its block alone. */
export async function readRow(
  store: Store,
  segment: SegmentEntry,
  position: number,
  dimension: number,
  options?: RequestOptions,
): Promise<Row> {
  const { blocks } = await openSegmentIndex(store, segment, options);
  let first = 0;
  for (const block of blocks) {
    if (position < first + block.rows) {
      const rows = await readBlock(store, segment.object.key, block, dimension, options);
      return must(rows[position - first]);
    }
    first += block.rows;
  }
  throw internal('row-out-of-range', `a segment has no row ${position}: ${segment.object.key}`);
}

/** One block's rows, refused unless its bytes are the sealed ones. */
export async function readBlock(
  store: Store,
  key: string,
  block: BlockSeal,
  dimension: number,
  options?: RequestOptions,
): Promise<Row[]> {
  const bytes = await store.getRange(key, block.offset, block.length, options);
  const actual = sha256Hex(bytes);
  if (actual !== block.digest) {
    throw corrupt('block-digest', key, block.digest, actual, {
      details: { offset: block.offset, length: block.length },
    });
  }
  return decodeBlock(key, bytes, dimension);
}
