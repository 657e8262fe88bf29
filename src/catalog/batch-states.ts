/** Where a batch can stand, in the order of its life. */
export const batchStateNames = ['pending', 'sealed', 'published', 'residue', 'cancelled', 'damaged'] as const;

/**
 * - `pending`: handed in, and not brought home yet
 * - `sealed`: brought home, and a delta of it is in no version yet
 * - `published`: every delta of it was taken in by a version
 * - `residue`: the same, but for records that came back without a usable vector
 * - `cancelled`: what did not come back is discarded
 * - `damaged`: its own facts cannot be read
 */
export type BatchStateName = (typeof batchStateNames)[number];
