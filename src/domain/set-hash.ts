/**
 * Order-independent hash of a set of 32-byte digests, after wal3's setsum
 * (https://github.com/chroma-core/chroma/tree/main/rust/wal3): eight columns, each a sum modulo its own prime.
 *
 * 1. The order of `add` changes nothing.
 * 2. `remove` undoes `add`; adding two hashes equals hashing both sets.
 * 3. A set and its complement can therefore be checked without either being sorted or held in memory.
 */

const columns = 8;
const digestBytes = columns * 4;

/** The eight largest primes below 2^32, as in setsum. */
const primes = [
  4294967291, 4294967279, 4294967231, 4294967197, 4294967189, 4294967161, 4294967143, 4294967111,
] as const;

/** A set hash as it stands in facts: 64 hexadecimal digits. */
export type SetHashHex = string;

export const emptySetHash: SetHashHex = '0'.repeat(digestBytes * 2);

export class SetHash {
  readonly #sums = new Float64Array(columns);

  static from(hex: SetHashHex): SetHash {
    const hash = new SetHash();
    hash.add(Buffer.from(hex, 'hex'));
    return hash;
  }

  add(digest: Uint8Array): this {
    return this.#accumulate(digest, 1);
  }

  remove(digest: Uint8Array): this {
    return this.#accumulate(digest, -1);
  }

  toHex(): SetHashHex {
    const bytes = Buffer.alloc(digestBytes);
    for (let column = 0; column < columns; column++) bytes.writeUInt32LE(this.#sums[column] ?? 0, column * 4);
    return bytes.toString('hex');
  }

  #accumulate(digest: Uint8Array, sign: 1 | -1): this {
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    primes.forEach((prime, column) => {
      const sum = (this.#sums[column] ?? 0) + sign * (view.getUint32(column * 4, true) % prime);
      this.#sums[column] = (sum + prime) % prime;
    });
    return this;
  }
}

export function addSetHashes(...hashes: readonly SetHashHex[]): SetHashHex {
  const sum = new SetHash();
  for (const hash of hashes) sum.add(Buffer.from(hash, 'hex'));
  return sum.toHex();
}

export function subtractSetHash(from: SetHashHex, hash: SetHashHex): SetHashHex {
  return SetHash.from(from).remove(Buffer.from(hash, 'hex')).toHex();
}
