import { digestBytes, type Digest } from '../domain/digest.ts';

const startSlots = 1024;
const loadMax = 0.5;
const free = -1;

/**
 * A set of id hashes that numbers its members 0, 1, 2, … in the order they came: 32 bytes and two slots an id, instead of the few
 * hundred of a `Map`. Open addressing; the hashes are already uniform, so their first word is the slot.
 */
export class IdTable {
  #slots = new Int32Array(startSlots).fill(free);
  #hashes = new Uint8Array(startSlots * digestBytes);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of `hash`, or -1. */
  find(hash: Digest): number {
    return this.#slots[this.#slotOf(hash)] ?? free;
  }

  /** The number of `hash`, which it gets now if it is new (`size` then has grown). */
  add(hash: Digest): number {
    const slot = this.#slotOf(hash);
    const known = this.#slots[slot] ?? free;
    if (known !== free) return known;
    const number = this.#size++;
    this.#keep(number, hash);
    this.#slots[slot] = number;
    if (this.#size > this.#slots.length * loadMax) this.#grow();
    return number;
  }

  /** The hash with this number, as a view. */
  at(number: number): Digest {
    return this.#hashes.subarray(number * digestBytes, (number + 1) * digestBytes);
  }

  #slotOf(hash: Digest): number {
    const mask = this.#slots.length - 1;
    const first = new DataView(hash.buffer, hash.byteOffset).getUint32(0);
    for (let slot = first & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot] ?? free;
      if (number === free || Buffer.compare(this.at(number), hash) === 0) return slot;
    }
  }

  #keep(number: number, hash: Digest): void {
    if ((number + 1) * digestBytes > this.#hashes.length) {
      const larger = new Uint8Array(this.#hashes.length * 2);
      larger.set(this.#hashes);
      this.#hashes = larger;
    }
    this.#hashes.set(hash, number * digestBytes);
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(free);
    for (let number = 0; number < this.#size; number++) this.#slots[this.#slotOf(this.at(number))] = number;
  }
}
