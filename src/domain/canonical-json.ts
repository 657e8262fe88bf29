import canonicalize from 'canonicalize';
import { internal } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** RFC 8785 (JSON Canonicalization Scheme): equal values have equal bytes. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw internal('not-json', `value has no JSON form, got ${typeof value}`);
  return text;
}
