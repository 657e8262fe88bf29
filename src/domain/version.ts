/** When an id's record was handed in: `(sequence, line)`, compared in that order. The highest wins. */
export interface RecordVersion {
  /** Number of the submission. */
  readonly sequence: number;
  /** 1-based position in the hand-in. */
  readonly line: number;
}

export function compareVersions(a: RecordVersion, b: RecordVersion): number {
  return a.sequence - b.sequence || a.line - b.line;
}

/** A row's claim to be the live one of its id. */
export interface Contender extends RecordVersion {
  /** 32 bytes; decides between two rows of the same version. */
  readonly digest: Uint8Array;
}

/**
 * Negative when `a` gives way to `b`. The higher version wins; of the same version the bytewise smaller digest does,
 * so that the winner never depends on the order in which deltas arrive.
 */
export function compareContenders(a: Contender, b: Contender): number {
  return compareVersions(a, b) || Buffer.compare(b.digest, a.digest);
}

/** What becomes of the loser: another version was superseded, the same version was a duplicate. */
export function fateOfLoser(loser: RecordVersion, winner: RecordVersion): 'superseded' | 'duplicate' {
  return compareVersions(loser, winner) === 0 ? 'duplicate' : 'superseded';
}
