import type { ResidueStatus } from '../domain/facts.ts';
import type { GateCode } from '../format/vector-gate.ts';

/**
 * Why a record has no vector. `provider-error` is what may be different next time; `provider-refused` is what the provider has said of
 * this record.
 */
export type ResidueCode = GateCode | 'no-answer' | 'provider-error' | 'provider-refused' | 'malformed-answer';

/** What each reason means for the record: sent again as it is, or left until somebody changes something. */
export const residueStatuses: Readonly<Record<ResidueCode, ResidueStatus>> = {
  'no-answer': 'retryable',
  'provider-error': 'retryable',
  'provider-refused': 'rejected',
  'malformed-answer': 'rejected',
  'not-a-vector': 'rejected',
  'wrong-dimension': 'rejected',
  'quarter-length': 'rejected',
  'not-finite': 'rejected',
  'zero-vector': 'rejected',
};

/** The refusals that HTTP defines as passing: a timeout, and too many requests. */
const passingStatuses: ReadonlySet<number> = new Set([408, 429]);

/** The reason behind an error answer; the status is null where the provider never got to the record (expired, canceled). */
export function codeOfStatus(status: number | null): ResidueCode {
  if (status === null || status >= 500 || passingStatuses.has(status)) return 'provider-error';
  return status >= 400 ? 'provider-refused' : 'malformed-answer';
}

/** What is odd about a line of output, although no record goes without an answer because of it. */
export type StrayCode = 'unknown-id' | 'unparsable-line' | 'repeated-id' | 'more-strays';
