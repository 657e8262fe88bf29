import { compareVersions, type RecordVersion } from './version.ts';

const firstSurrogate = 0xd800;
const firstAfterSurrogates = 0xe000;

/**
 * The order of ids everywhere: by their UTF-8 bytes, which is by code points.
 *
 * JavaScript's own `<` compares UTF-16 units and puts U+1F600 before U+FF5E; a file sorted that way is unsorted for every other reader.
 */
export function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** The order of rows in deltas and segments: by id, then version. */
export function compareRows(
  a: RecordVersion & { readonly id: string },
  b: RecordVersion & { readonly id: string },
): number {
  return compareIds(a.id, b.id) || compareVersions(a, b);
}

/** Surrogates stand for code points above every other unit's. */
function codePointRank(unit: number): number {
  return unit >= firstSurrogate && unit < firstAfterSurrogates ? unit + 0x1_0000 : unit;
}
