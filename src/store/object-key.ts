import { invalid } from '../domain/errors.ts';
import { limits } from '../domain/limits.ts';

/**
 * The keys that every driver accepts: parts of `a-z 0-9 . _ -`, separated by `/`.
 *
 * 1. No part is empty, `.` or `..`, so that no key leaves the root of a folder.
 * 2. No part begins with `.`, so that a driver may keep its own files among the objects.
 */

const partPattern = /^[a-z0-9_-][a-z0-9._-]*$/;

/** Whether an object, or a folder on the way to one, may have this name. */
export function isKeyPart(part: string): boolean {
  return part.length <= limits.keyPartBytesMax && partPattern.test(part);
}

export function isObjectKey(key: string): boolean {
  return key.length <= limits.keyBytesMax && key.split('/').every(isKeyPart);
}

/** Throws `Invalid` (`key-invalid`) unless an object may lie at `key`. */
export function assertObjectKey(key: string): void {
  if (isObjectKey(key)) return;
  throw invalid(
    'key-invalid',
    `a key is parts of a-z, 0-9, ., _ and -, separated by /, none beginning with a dot: ${JSON.stringify(key)}`,
    { details: { key } },
  );
}

/** Throws `Invalid` (`range-invalid`) unless the two are whole numbers from 0. */
export function assertRange(key: string, offset: number, length: number): void {
  if (isSize(offset) && isSize(length) && isSize(offset + length)) return;
  throw invalid('range-invalid', `a range is two whole numbers from 0, not ${offset} and ${length}: ${key}`, {
    details: { key, offset, length },
  });
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
