import type { AlluviumError } from '../domain/errors.ts';
import type { Provider } from '../provider/contract.ts';

/** A record as a user hands it in. */
export interface InputRecord {
  readonly id: string;
  readonly document?: string | null;
  /** Any JSON object. */
  readonly metadata?: { readonly [key: string]: unknown } | null;
  /** A ready-made vector: the record is then published with it instead of being embedded. */
  readonly vector?: readonly number[] | Float32Array | null;
}

/** One line of a hand-in: a record, or what is wrong with it. `line` is 1-based. */
export type InputLine =
  | { readonly line: number; readonly record: InputRecord }
  | { readonly line: number; readonly problem: AlluviumError };

export interface SubmitOptions {
  /** Used when the collection does not exist yet; a contradiction to an existing one is `Invalid`. */
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly dimension?: number | undefined;
  readonly metric?: 'cosine' | 'l2' | 'dot' | undefined;
  /**
   * Where the request files of provider `files` go and answers come from; it is made where there is none. Default: that of the collection's
   * last hand-in.
   */
  readonly folder?: string | undefined;
  /** Providers of your own, beside the built-in ones. */
  readonly providers?: readonly Provider[] | undefined;
  readonly recordsPerBatch?: number | undefined;
  /** Embed every record, changed or not. */
  readonly force?: boolean | undefined;
  /** Leave bad lines out, and count them, instead of submitting nothing. */
  readonly skipInvalid?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: SubmitProgress) => void) | undefined;
}

export interface SubmitProgress {
  readonly lines: number;
  readonly records: number;
  readonly skipped: number;
  readonly batches: number;
}

/** The `--json` contract of `submit`. */
export interface SubmitResult {
  readonly collection: string;
  /** Null when nothing had changed, so that no submission was made. */
  readonly sequence: number | null;
  /** Records handed in after skipping. */
  readonly records: number;
  readonly skipped: number;
  readonly batches: number;
  /** Lines left out because of `skipInvalid`. */
  readonly invalid: number;
  /** Lines that repeated an earlier one exactly. */
  readonly repeated: number;
}
