import { keyDigest, type Digest } from '../domain/digest.ts';
import type { LiveSegment, SegmentEntry } from '../domain/facts.ts';
import type { IndexEntry } from '../domain/row.ts';
import { limits } from '../domain/limits.ts';
import { Tallier, type Tally } from '../domain/tally.ts';
import { compareContenders, fateOfLoser } from '../domain/version.ts';
import { DeadRows } from '../format/dead-rows.ts';
import type { SegmentIndex } from '../format/segment-index.ts';
import { openSegmentIndex, readDeadRows } from '../snapshot/open-segment.ts';
import type { Store } from '../store/contract.ts';

/**
 * Decides which rows a new version hides.
 *
 * 1. A row is hidden when a higher version of its id, or the same version with a smaller digest, lives in any segment, old or new: a late
 *    older batch is hidden in the new segment.
 * 2. Only ids of the new segments are looked up: publishing costs what was added.
 * 3. Of every id at most one row is live, before and after; so each id has at most one opponent among the old segments.
 */
export interface Masking {
  /** In the order of the segments given. `changed` where rows were hidden by this version. */
  readonly segments: readonly MaskedSegment[];
  readonly superseded: Tally;
  readonly duplicates: Tally;
}

export interface MaskedSegment {
  readonly segment: LiveSegment;
  /** All hidden rows, of this version and of those before; null where there are none. */
  readonly dead: DeadRows | null;
  /** What this version hid. */
  readonly newlyDead: Tally;
}

class Field {
  readonly segment: LiveSegment;
  readonly index: SegmentIndex;
  dead: DeadRows | null;
  readonly newlyDead = new Tallier();

  constructor(segment: LiveSegment, index: SegmentIndex, dead: DeadRows | null) {
    this.segment = segment;
    this.index = index;
    this.dead = dead;
  }

  hides(entry: IndexEntry): boolean {
    return this.dead?.has(entry.row) ?? false;
  }

  hide(entry: IndexEntry): void {
    this.dead ??= new DeadRows(this.segment.tally.rows);
    this.dead.add(entry.row);
    this.newlyDead.add(keyDigest(entry.idHash, entry.sequence, entry.line), entry.digest);
  }
}

interface Claim {
  readonly field: Field;
  readonly entry: IndexEntry;
}

export async function maskRows(
  store: Store,
  standing: readonly LiveSegment[],
  added: readonly SegmentEntry[],
  signal?: AbortSignal,
): Promise<Masking> {
  const old = await openFields(store, standing, signal);
  const fresh = await openFields(
    store,
    added.map((segment) => ({ ...segment, dead: null })),
    signal,
  );
  const losses = { superseded: new Tallier(), duplicate: new Tallier() };
  const lose = (loser: Claim, winner: Claim): void => {
    loser.field.hide(loser.entry);
    const { entry } = loser;
    losses[fateOfLoser(entry, winner.entry)].add(keyDigest(entry.idHash, entry.sequence, entry.line), entry.digest);
  };
  for await (const window of windows(champions(fresh, lose))) await challenge(old, window, lose);
  return {
    segments: [...old, ...fresh].map(({ segment, dead, newlyDead }) => ({
      segment,
      dead,
      newlyDead: newlyDead.tally(),
    })),
    superseded: losses.superseded.tally(),
    duplicates: losses.duplicate.tally(),
  };
}

async function openFields(store: Store, segments: readonly LiveSegment[], signal?: AbortSignal): Promise<Field[]> {
  return await Promise.all(
    segments.map(async (segment) => {
      const index = await openSegmentIndex(store, segment, { signal });
      const dead = await readDeadRows(store, segment, { signal });
      return new Field(segment, index, dead);
    }),
  );
}

type Lose = (loser: Claim, winner: Claim) => void;

/** The best claim of every id among the new segments, ascending by id hash; the others lose. */
async function* champions(fields: readonly Field[], lose: Lose): AsyncGenerator<Claim> {
  let best: Claim | null = null;
  for await (const claim of mergedClaims(fields)) {
    if (best !== null && Buffer.compare(best.entry.idHash, claim.entry.idHash) === 0) {
      const [winner, loser]: [Claim, Claim] =
        compareContenders(claim.entry, best.entry) > 0 ? [claim, best] : [best, claim];
      lose(loser, winner);
      best = winner;
    } else {
      if (best !== null) yield best;
      best = claim;
    }
  }
  if (best !== null) yield best;
}

/** A k-way merge of the segments' sorted indexes. */
async function* mergedClaims(fields: readonly Field[]): AsyncGenerator<Claim> {
  const heads: { claim: Claim; rest: AsyncIterator<IndexEntry> }[] = [];
  const advance = async (field: Field, rest: AsyncIterator<IndexEntry>): Promise<void> => {
    const next = await rest.next();
    if (next.done === true) return;
    const claim = { field, entry: next.value };
    const at = heads.findIndex((head) => Buffer.compare(head.claim.entry.idHash, claim.entry.idHash) > 0);
    heads.splice(at === -1 ? heads.length : at, 0, { claim, rest });
  };
  for (const field of fields) await advance(field, field.index.entries());
  for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
    yield head.claim;
    await advance(head.claim.field, head.rest);
  }
}

async function* windows(claims: AsyncIterable<Claim>): AsyncGenerator<Claim[]> {
  let window: Claim[] = [];
  for await (const claim of claims) {
    window.push(claim);
    if (window.length === limits.lookupWindowRecords) {
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}

/** Each new claim against the live row of its id in the old segments, if there is one. */
async function challenge(old: readonly Field[], claims: readonly Claim[], lose: Lose): Promise<void> {
  const hashes: Digest[] = claims.map(({ entry }) => entry.idHash);
  for (const field of old) {
    const found = await field.index.lookup(hashes);
    for (const [position, entry] of found.entries()) {
      const claim = claims[position];
      if (entry === null || claim === undefined || field.hides(entry)) continue;
      const opponent: Claim = { field, entry };
      if (compareContenders(claim.entry, entry) > 0) lose(opponent, claim);
      else if (!claim.field.hides(claim.entry)) lose(claim, opponent);
    }
  }
}
