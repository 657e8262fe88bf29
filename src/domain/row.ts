import type { Digest } from './digest.ts';
import type { RecordVersion } from './version.ts';

/** One record version with its vector, as it stands in deltas and segments. */
export interface Row extends RecordVersion {
  readonly id: string;
  /** Null for a tombstone only. */
  readonly vector: Float32Array | null;
  readonly document: string | null;
  /** Canonical JSON of an object. */
  readonly metadata: string | null;
  readonly tombstone: boolean;
  /** See `contentDigest`. */
  readonly content: Digest;
  /** See `rowDigest`. */
  readonly digest: Digest;
}

/** A row as an index knows it: everything that decides which version is live, without the data. */
export interface IndexEntry extends RecordVersion {
  readonly idHash: Digest;
  /** 0-based position in the segment. */
  readonly row: number;
  readonly tombstone: boolean;
  readonly content: Digest;
  readonly digest: Digest;
}

/** A record of a request, as its batch's sidecar knows it. */
export interface ContentEntry {
  readonly idHash: Digest;
  readonly content: Digest;
  readonly line: number;
}
