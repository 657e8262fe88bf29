import type { IngestEvent } from '../../pipeline/events.ts';

/** How far an ingest is: what its events add up to. Records and counts are what was done, never what was asked. */
export interface IngestProgress {
  readonly embed: Share;
  readonly compact: Share;
  /** Collections: one is to be published once a chunk of it is compacted. */
  readonly publish: Share;
  readonly recordsEmbedded: number;
  readonly recordsCompacted: number;
  readonly recordsPublished: number;
  readonly residue: number;
  readonly accused: number;
  /** The collections that have a compacted chunk. */
  readonly collections: readonly string[];
}

export interface Share {
  readonly done: number;
  readonly total: number;
}

const none: Share = { done: 0, total: 0 };

export const noProgress: IngestProgress = {
  embed: none,
  compact: none,
  publish: none,
  recordsEmbedded: 0,
  recordsCompacted: 0,
  recordsPublished: 0,
  residue: 0,
  accused: 0,
  collections: [],
};

/** The progress after one more event. */
export function advance(progress: IngestProgress, event: IngestEvent): IngestProgress {
  switch (event.type) {
    case 'BatchesListed':
      return { ...progress, embed: more(progress.embed, event.batches) };
    case 'BatchSealed':
      return {
        ...progress,
        embed: step(progress.embed),
        recordsEmbedded: progress.recordsEmbedded + event.rows,
        residue: progress.residue + event.residue,
      };
    case 'ChunksPlanned':
      return { ...progress, compact: more(progress.compact, event.chunks) };
    case 'ChunkCompacted':
      return {
        ...withCollection(progress, event.collection),
        compact: step(progress.compact),
        recordsCompacted: progress.recordsCompacted + event.rows,
      };
    case 'SnapshotPublished':
      return {
        ...progress,
        publish: step(progress.publish),
        recordsPublished: progress.recordsPublished + event.rows,
      };
    case 'DeltaAccused':
      return { ...progress, accused: progress.accused + 1 };
    case 'ExecutionStarted':
    case 'DeltaVerified':
    case 'DeltaMerged':
    case 'Log':
    case 'ExecutionEnded':
      return progress;
  }
}

function withCollection(progress: IngestProgress, collection: string): IngestProgress {
  if (progress.collections.includes(collection)) return progress;
  return { ...progress, collections: [...progress.collections, collection], publish: more(progress.publish, 1) };
}

function more({ done, total }: Share, count: number): Share {
  return { done, total: total + count };
}

/** A step that was not announced is part of the whole all the same. */
function step({ done, total }: Share): Share {
  return { done: done + 1, total: Math.max(total, done + 1) };
}
