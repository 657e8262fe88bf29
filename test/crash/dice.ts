/** Rolls whole numbers from 0 to `sides - 1`. The same seed rolls the same numbers, so that a failed round can be played again. */
export type Dice = (sides: number) => number;

/** mulberry32: 32 bits of state, good enough to choose moments (https://github.com/cprosche/mulberry32). */
export function dice(seed: number): Dice {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}
