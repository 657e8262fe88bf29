import type { Digest } from '../domain/digest.ts';

const bitsPerEntry = 10;

/** With ten bits an entry, seven hashes answer wrongly for 0.8 % of absent digests. */
export const filterHashes = 7;

/**
 * Tells for most digests that they are not in a set, never for one that is. A digest is its own hash: its first seven little-endian 32-bit words,
 * each modulo the number of bits, are the positions of its bits.
 */
export class BloomFilter {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  static of(digests: readonly Digest[]): BloomFilter {
    const filter = new BloomFilter(new Uint8Array(Math.ceil((digests.length * bitsPerEntry) / 8)));
    for (const digest of digests) filter.#add(digest);
    return filter;
  }

  mayHold(digest: Digest): boolean {
    return (
      this.bytes.length > 0 && this.#positions(digest).every((bit) => (this.#byteOf(bit) & (1 << (bit & 7))) !== 0)
    );
  }

  #add(digest: Digest): void {
    for (const bit of this.#positions(digest)) this.bytes[Math.floor(bit / 8)] = this.#byteOf(bit) | (1 << (bit & 7));
  }

  #byteOf(bit: number): number {
    return this.bytes[Math.floor(bit / 8)] ?? 0;
  }

  #positions(digest: Digest): number[] {
    const words = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    const bits = this.bytes.length * 8;
    return Array.from({ length: filterHashes }, (_, word) => words.getUint32(4 * word, true) % bits);
  }
}
