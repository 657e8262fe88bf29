import { addSetHashes, emptySetHash, SetHash, subtractSetHash, type SetHashHex } from './set-hash.ts';

/** How many record versions, and which: rows and the set hash of their keys. Known from the request on. */
export interface KeyTally {
  readonly rows: number;
  /** Set hash over SHA-256(SHA-256(id), sequence, line). */
  readonly keyHash: SetHashHex;
}

/** A {@link KeyTally} that also says with which contents and vectors. Known once embedded. */
export interface Tally extends KeyTally {
  /** Set hash over the rows' digests. */
  readonly setHash: SetHashHex;
}

export const emptyKeyTally: KeyTally = { rows: 0, keyHash: emptySetHash };
export const emptyTally: Tally = { ...emptyKeyTally, setHash: emptySetHash };

export function addKeyTallies(...tallies: readonly KeyTally[]): KeyTally {
  return {
    rows: tallies.reduce((rows, tally) => rows + tally.rows, 0),
    keyHash: addSetHashes(...tallies.map((tally) => tally.keyHash)),
  };
}

export function subtractKeyTally(from: KeyTally, tally: KeyTally): KeyTally {
  return { rows: from.rows - tally.rows, keyHash: subtractSetHash(from.keyHash, tally.keyHash) };
}

export function addTallies(...tallies: readonly Tally[]): Tally {
  return { ...addKeyTallies(...tallies), setHash: addSetHashes(...tallies.map((tally) => tally.setHash)) };
}

export function subtractTally(from: Tally, tally: Tally): Tally {
  return { ...subtractKeyTally(from, tally), setHash: subtractSetHash(from.setHash, tally.setHash) };
}

export function sameKeyTally(a: KeyTally, b: KeyTally): boolean {
  return a.rows === b.rows && a.keyHash === b.keyHash;
}

export function sameTally(a: Tally, b: Tally): boolean {
  return sameKeyTally(a, b) && a.setHash === b.setHash;
}

/** Counts rows one at a time. */
export class Tallier {
  #rows = 0;
  readonly #keys = new SetHash();
  readonly #digests = new SetHash();

  add(keyDigest: Uint8Array, digest: Uint8Array): void {
    this.#rows += 1;
    this.#keys.add(keyDigest);
    this.#digests.add(digest);
  }

  tally(): Tally {
    return { rows: this.#rows, keyHash: this.#keys.toHex(), setHash: this.#digests.toHex() };
  }
}

/** Counts rows whose vectors are not known yet. */
export class KeyTallier {
  #rows = 0;
  readonly #keys = new SetHash();

  add(keyDigest: Uint8Array): void {
    this.#rows += 1;
    this.#keys.add(keyDigest);
  }

  tally(): KeyTally {
    return { rows: this.#rows, keyHash: this.#keys.toHex() };
  }
}
