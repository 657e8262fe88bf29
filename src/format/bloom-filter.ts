import type { Digest } from '../domain/digest.ts';

const bitsPerEntry = 10;

/** With ten bits an entry, seven bits a digest answer wrongly for 0.8 % of absent ones. */
const bitsPerDigest = 7;

/**
 * Tells for most digests that they are not in a set, never for one that is. A digest is its own hash: its first `hashes` little-endian
 * 32-bit words, each modulo the number of bits, are the positions of its bits.
 */
export class BloomFilter {
  readonly bytes: Uint8Array;
  readonly hashes: number;

  constructor(bytes: Uint8Array, hashes: number) {
    this.bytes = bytes;
    this.hashes = hashes;
  }

  static of(digests: readonly Digest[]): BloomFilter {
    const bytes = new Uint8Array(Math.ceil((digests.length * bitsPerEntry) / 8));
    const filter = new BloomFilter(bytes, bitsPerDigest);
    for (const digest of digests) filter.#add(digest);
    return filter;
  }

  mayHold(digest: Digest): boolean {
    if (this.bytes.length === 0) return false;
    const words = wordsOf(digest);
    for (let word = 0; word < this.hashes; word++) {
      const bit = this.#position(words, word);
      if ((this.#byteOf(bit) & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }

  #add(digest: Digest): void {
    const words = wordsOf(digest);
    for (let word = 0; word < this.hashes; word++) {
      const bit = this.#position(words, word);
      this.bytes[bit >>> 3] = this.#byteOf(bit) | (1 << (bit & 7));
    }
  }

  #position(words: DataView, word: number): number {
    return words.getUint32(4 * word, true) % (this.bytes.length * 8);
  }

  #byteOf(bit: number): number {
    return this.bytes[bit >>> 3] ?? 0;
  }
}

function wordsOf(digest: Digest): DataView {
  return new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
}
