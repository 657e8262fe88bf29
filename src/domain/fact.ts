import { canonicalJson, type JsonObject } from './canonical-json.ts';
import { sha256Hex } from './digest.ts';
import { corrupt, internal } from './errors.ts';
import { limits } from './limits.ts';

/**
 * The codec of facts: JSON objects that a reader can trust.
 *
 * 1. A fact is canonical JSON, holds its own `key`, and ends with the SHA-256 of every byte before the digest's first digit.
 * 2. So a flipped byte, a cut end, or another object's bytes under this key are refused, naming the key.
 * 3. Equal facts have equal bytes: who reads back what it wrote may compare bytes.
 */

/** An object and exactly which bytes of it: how every fact names another object. */
export interface ObjectRef {
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the whole object, hexadecimal. */
  readonly sha256: string;
}

/** A fact as read: what it says, and how another fact would name it. */
export interface Stored<T> {
  readonly fact: T & { readonly key: string; readonly writer: string };
  readonly ref: ObjectRef;
}

const tail = /,"sha256":"([0-9a-f]{64})"\}\n$/;
const tailBytes = ',"sha256":""}\n'.length + 64;
const afterDigest = '"}\n'.length + 64;

/** The bytes of a fact. `key` and `sha256` are its own: a body must not have the second. */
export function encodeFact(key: string, body: object): Uint8Array {
  if (Object.hasOwn(body, 'sha256')) throw internal('fact-field', `the body of a fact has a field sha256: ${key}`);
  const open = `${canonicalJson({ ...body, key }).slice(0, -1)},"sha256":"`;
  return Buffer.from(`${open}${sha256Hex(open)}"}\n`);
}

/** Throws `Corrupt` naming the key unless `bytes` are the fact that was written there. */
export function decodeFact<T extends object>(key: string, bytes: Uint8Array): Stored<T> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length > limits.factBytesMax) {
    throw corrupt('fact-too-large', key, limits.factBytesMax, buffer.length);
  }
  const stated = tail.exec(buffer.subarray(-tailBytes).toString('latin1'))?.[1];
  if (stated === undefined) throw corrupt('fact-incomplete', key, 'a trailing digest', 'none');
  const actual = sha256Hex(buffer.subarray(0, -afterDigest));
  if (actual !== stated) throw corrupt('fact-digest', key, stated, actual);
  const { sha256: _, ...fact } = parseFact(key, buffer);
  const own = fact['key'];
  if (own !== key) throw corrupt('fact-key', key, key, typeof own === 'string' ? own : 'none');
  return { fact: fact as unknown as Stored<T>['fact'], ref: refOf(key, buffer) };
}

/** A right digest says who wrote the bytes, not that they are JSON. */
function parseFact(key: string, bytes: Buffer): JsonObject {
  try {
    return JSON.parse(bytes.toString()) as JsonObject;
  } catch (cause) {
    throw corrupt('fact-undecodable', key, 'a JSON object', 'other bytes', { cause });
  }
}

export function refOf(key: string, bytes: Uint8Array): ObjectRef {
  return { key, bytes: bytes.length, sha256: sha256Hex(bytes) };
}

/** Every object that a fact names, wherever in it the name stands. */
export function refsIn(value: unknown): ObjectRef[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isObjectRef(value)) return [{ key: value.key, bytes: value.bytes, sha256: value.sha256 }];
  return Object.values(value).flatMap(refsIn);
}

function isObjectRef(value: object): value is ObjectRef {
  return 'key' in value && 'sha256' in value && 'bytes' in value && typeof value.sha256 === 'string';
}
