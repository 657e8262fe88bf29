import type { LiveSegment } from '../domain/facts.ts';
import type { IndexEntry } from '../domain/row.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { openSegmentIndex, readDeadRows } from './open-segment.ts';

/** A live row as its segment's index knows it. */
export interface LiveEntry extends IndexEntry {
  readonly segment: LiveSegment;
}

/** What lives in some segments of one version, ascending by id hash; an id is live in one of them at most. Tombstones are not live. */
export async function* liveEntries(
  store: Store,
  segments: readonly LiveSegment[],
  options?: RequestOptions,
): AsyncGenerator<LiveEntry, void> {
  const heads: { entry: LiveEntry; rest: AsyncIterator<LiveEntry, void> }[] = [];
  const advance = async (rest: AsyncIterator<LiveEntry, void>): Promise<void> => {
    const next = await rest.next();
    if (next.done === true) return;
    const entry = next.value;
    const at = heads.findIndex((head) => Buffer.compare(head.entry.idHash, entry.idHash) > 0);
    heads.splice(at === -1 ? heads.length : at, 0, { entry, rest });
  };
  for (const segment of segments) await advance(entriesOf(store, segment, options));
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    yield head.entry;
    await advance(head.rest);
  }
}

async function* entriesOf(
  store: Store,
  segment: LiveSegment,
  options?: RequestOptions,
): AsyncGenerator<LiveEntry, void> {
  const index = await openSegmentIndex(store, segment, options);
  const dead = await readDeadRows(store, segment, options);
  for await (const entry of index.entries()) {
    if (!entry.tombstone && dead?.has(entry.row) !== true) yield { ...entry, segment };
  }
}
