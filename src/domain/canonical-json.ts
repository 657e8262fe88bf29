import canonicalize from 'canonicalize';
import { internal } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** RFC 8785 (JSON Canonicalization Scheme): equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalizeOr(value);
  if (text === undefined) throw internal('not-json', `value has no JSON form, got ${typeof value}`);
  return text;
}

/** NaN, infinities, lone surrogates, big integers and circles have no JSON form either; the library throws errors of its own. */
function canonicalizeOr(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch (cause) {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    throw internal('not-json', `value has no JSON form${reason}`, { cause });
  }
}
