export interface ChunkLimits {
  readonly deltasPerChunk: number;
  readonly bytesMax: number;
}

/**
 * Groups deltas into chunks, in their order: at most `deltasPerChunk` each and at most `bytesMax` bytes, but never none. Every delta is in
 * exactly one chunk.
 */
export function planChunks<Delta>(
  deltas: readonly Delta[],
  bytesOf: (delta: Delta) => number,
  { deltasPerChunk, bytesMax }: ChunkLimits,
): Delta[][] {
  const chunks: Delta[][] = [];
  let bytes = 0;
  for (const delta of deltas) {
    const chunk = chunks.at(-1);
    const size = bytesOf(delta);
    if (chunk === undefined || chunk.length === deltasPerChunk || bytes + size > bytesMax) {
      chunks.push([delta]);
      bytes = size;
    } else {
      chunk.push(delta);
      bytes += size;
    }
  }
  return chunks;
}

/** Groups items so that there are at most `groupsMax` groups, of equal size but for the last. */
export function groupItems<Item>(items: readonly Item[], groupsMax: number): Item[][] {
  const size = Math.ceil(items.length / groupsMax);
  const groups: Item[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}

/** Starts the list at another place for each seed, so that items at its head never starve those behind. */
export function rotateItems<Item>(items: readonly Item[], seed: string): Item[] {
  if (items.length === 0) return [];
  const start = Number.parseInt(seed.slice(-8), 16) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
