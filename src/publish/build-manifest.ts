import { internal } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type { LiveSegment, Manifest, SegmentReceipt, Totals } from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { addTallies, emptyTally, sameTally, subtractTally, type Tally } from '../domain/tally.ts';
import { newToken } from '../runtime/random.ts';
import { sealObject } from '../seal/seal-object.ts';
import type { Store } from '../store/contract.ts';
import { maskRows, type MaskedSegment, type Masking } from './mask-rows.ts';

/** Who publishes, and when: stands in the manifest, so that a repeated step recognises its own commit. */
export interface Publisher {
  readonly executionId: string;
  readonly round: number;
  readonly publishedAt: string;
}

const checks = ['segment-receipts', 'conservation-rows', 'conservation-set-hash', 'conservation-key-hash'] as const;

const emptyTotals: Totals = {
  added: emptyTally,
  superseded: emptyTally,
  duplicates: emptyTally,
  deleted: emptyTally,
  withdrawn: emptyTally,
};

/** The manifest of the version after `base`, with the receipts' segments added. Refused unless every row is accounted for. */
export async function buildManifest(
  store: Store,
  collection: string,
  base: Stored<Manifest> | null,
  receipts: readonly SegmentReceipt[],
  publisher: Publisher,
  signal?: AbortSignal,
): Promise<Manifest> {
  const standing = base?.fact.segments ?? [];
  const masking = await maskRows(
    store,
    standing,
    receipts.map(({ segment }) => segment),
    signal,
  );
  const segments: LiveSegment[] = [];
  for (const masked of masking.segments) segments.push(await sealSegmentState(store, collection, masked, signal));

  const live = addTallies(
    ...segments.map(({ tally, dead }) => (dead === null ? tally : subtractTally(tally, dead.tally))),
  );
  const gains = totalGains(receipts, masking);
  const manifest: Manifest = {
    ...publisher,
    collection,
    version: (base?.fact.version ?? 0) + 1,
    predecessor: base?.ref ?? null,
    fence: base?.fact.fence ?? 0,
    segments,
    live,
    totals: addTotals(base?.fact.totals ?? emptyTotals, gains),
    added: receipts.flatMap(({ inputs }) => inputs),
    changed: {
      published: liveOf(masking.segments.slice(standing.length)),
      superseded: gains.superseded,
      duplicates: gains.duplicates,
    },
    checks,
  };
  assertConserved(manifest);
  return manifest;
}

/** Everything ever added is live, or was superseded, repeated, deleted or withdrawn: in rows, set hash and key hash. */
function assertConserved({ collection, live, totals }: Manifest): void {
  const { added, ...gone } = totals;
  const accounted = addTallies(live, ...Object.values(gone));
  if (!sameTally(added, accounted)) {
    throw internal(
      'publish-imbalance',
      `the new version would not hold what was added, so it was not published: ${collection}`,
      {
        details: { collection, added: added.rows, accounted: accounted.rows },
        hint: 'nothing was changed; run `alluvium verify` and report this',
      },
    );
  }
}

function totalGains(receipts: readonly SegmentReceipt[], masking: Masking): Totals {
  return {
    ...emptyTotals,
    added: addTallies(...receipts.map(({ inputTally }) => inputTally)),
    superseded: addTallies(masking.superseded, ...receipts.map(({ superseded }) => superseded)),
    duplicates: addTallies(masking.duplicates, ...receipts.map(({ duplicates }) => duplicates)),
  };
}

function addTotals(a: Totals, b: Totals): Totals {
  return {
    added: addTallies(a.added, b.added),
    superseded: addTallies(a.superseded, b.superseded),
    duplicates: addTallies(a.duplicates, b.duplicates),
    deleted: addTallies(a.deleted, b.deleted),
    withdrawn: addTallies(a.withdrawn, b.withdrawn),
  };
}

function liveOf(segments: readonly MaskedSegment[]): Tally {
  return addTallies(...segments.map(({ segment, newlyDead }) => subtractTally(segment.tally, newlyDead)));
}

/** The segment with its deletion vector, which is written anew only where this version hid rows. */
async function sealSegmentState(
  store: Store,
  collection: string,
  { segment, dead, newlyDead }: MaskedSegment,
  signal?: AbortSignal,
): Promise<LiveSegment> {
  if (dead === null || newlyDead.rows === 0) return segment;
  const tally = addTallies(segment.dead?.tally ?? emptyTally, newlyDead);
  const { object } = await sealObject<null>(store, {
    newKey: () => collectionKeys(collection).dead(segment.segmentId, newToken()),
    encode: () => ({ body: once(dead.encode()), summary: () => null }),
    signal,
  });
  return { ...segment, dead: { ...object, tally } };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
