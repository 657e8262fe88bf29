import { notFound } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { Manifest } from '../domain/facts.ts';
import type { Row } from '../domain/row.ts';
import { readCollection } from '../ledger/read-collections.ts';
import { readLatest, readVersion } from '../snapshot/latest.ts';
import { openSegmentIndex, readBlock, readDeadRows } from '../snapshot/open-segment.ts';
import type { RequestOptions, Store } from '../store/contract.ts';

export interface ReadOptions extends RequestOptions {
  /** Default: the latest. */
  readonly version?: number | undefined;
}

/** The manifest of a published version. `NotFound` where there is none. */
export async function requireSnapshot(
  store: Store,
  collection: string,
  options: ReadOptions,
): Promise<Stored<Manifest>> {
  const { version } = options;
  const wanted = version === undefined ? null : await readVersion(store, collection, version, options);
  const newest = wanted ?? (await readLatest(store, collection, options));
  if (newest === null) {
    throw notFound('nothing-published', `nothing is published yet in collection ${collection}`, {
      hint: 'publish what was handed in: alluvium ingest',
    });
  }
  if (version === undefined || wanted !== null) return newest;
  throw notFound('version-absent', `collection ${collection} has no version ${version}`, {
    hint: `the newest is ${newest.fact.version}: alluvium snapshots list -c ${collection}`,
  });
}

/**
 * Every live row of a published version, block by block: memory stays at one block. Every byte is checked against its seal before a row
 * of it is given.
 *
 * @example
 * for await (const { id, vector } of readRows(store.store, 'notes', { version: 1 })) console.log(id, vector?.length);
 */
export async function* readRows(store: Store, collection: string, options: ReadOptions = {}): AsyncGenerator<Row> {
  const { dimension } = (await readCollection(store, collection, options)).fact;
  const manifest = await requireSnapshot(store, collection, options);
  for await (const rows of liveBlocks(store, manifest.fact, dimension, options)) yield* rows;
}

/** The live rows of a version, a block at a time. */
export async function* liveBlocks(
  store: Store,
  manifest: Manifest,
  dimension: number,
  options?: RequestOptions,
): AsyncGenerator<Row[]> {
  for (const segment of manifest.segments) {
    if (segment.dead?.tally.rows === segment.tally.rows) continue;
    const dead = await readDeadRows(store, segment, options);
    const { blocks } = await openSegmentIndex(store, segment, options);
    let first = 0;
    for (const block of blocks) {
      const rows = await readBlock(store, segment.object.key, block, dimension, options);
      const start = first;
      yield dead === null ? rows : rows.filter((_, position) => !dead.has(start + position));
      first += rows.length;
    }
  }
}
