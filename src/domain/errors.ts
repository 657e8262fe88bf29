/**
 * The one error class and the one table that says what every kind of error means.
 *
 * A kind exists only where a caller would act differently. What went wrong in particular is the `code`.
 */

export type ErrorKind =
  | 'Invalid'
  | 'NotFound'
  | 'Conflict'
  | 'Unavailable'
  | 'Corrupt'
  | 'Provider'
  | 'Canceled'
  | 'Internal';

/** Who has to act for the operation to succeed. */
export type Blame = 'caller' | 'data' | 'environment' | 'provider' | 'alluvium' | 'nobody';

export interface ErrorPolicy {
  /** Whether the same call may succeed later without anyone having acted. */
  readonly retry: boolean;
  readonly blame: Blame;
  /** The process exit code of a command that ends with such an error. */
  readonly exitCode: number;
  readonly meaning: string;
}

export const errorPolicies: Readonly<Record<ErrorKind, ErrorPolicy>> = {
  Invalid: { retry: false, blame: 'caller', exitCode: 2, meaning: 'the input or a setting is wrong' },
  NotFound: { retry: false, blame: 'caller', exitCode: 2, meaning: 'what was asked for does not exist' },
  Conflict: { retry: false, blame: 'caller', exitCode: 4, meaning: 'somebody else got there first' },
  Provider: { retry: true, blame: 'provider', exitCode: 4, meaning: 'the embedding provider refused or failed' },
  Unavailable: {
    retry: true,
    blame: 'environment',
    exitCode: 5,
    meaning: 'the machine, disk or network is at its limit',
  },
  Corrupt: { retry: false, blame: 'data', exitCode: 6, meaning: 'stored bytes are not what was sealed' },
  Canceled: { retry: false, blame: 'nobody', exitCode: 130, meaning: 'the operation was interrupted' },
  Internal: { retry: false, blame: 'alluvium', exitCode: 1, meaning: 'a defect in Alluvium' },
};

export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

export interface ErrorOptions {
  readonly kind: ErrorKind;
  /** Stable, kebab-case, unique within its kind: what programs and documents refer to. */
  readonly code: string;
  /** Lower case, one sentence, says what is wrong; does not repeat the cause. */
  readonly message: string;
  readonly details?: ErrorDetails;
  /** What to do next. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An error as it travels between processes and as `--json` prints it. */
export interface ErrorReport {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly details: ErrorDetails;
}

/**
 * Every error that leaves a public function of Alluvium.
 *
 * @example
 * try {
 *   await ingest(store);
 * } catch (error) {
 *   if (error instanceof AlluviumError && errorPolicies[error.kind].retry) console.error('later:', error.message);
 *   else throw error;
 * }
 */
export class AlluviumError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: ErrorDetails;
  readonly hint: string | null;

  constructor({ kind, code, message, details = {}, hint, cause }: ErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = kind;
    this.kind = kind;
    this.code = code;
    this.details = details;
    this.hint = hint ?? null;
  }
}

export function invalid(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'Invalid', code, message });
}

export function notFound(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'NotFound', code, message });
}

export function conflict(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'Conflict', code, message });
}

export function unavailable(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'Unavailable', code, message });
}

export function providerError(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'Provider', code, message });
}

export function internal(code: string, message: string, more: Partial<ErrorOptions> = {}): AlluviumError {
  return new AlluviumError({ ...more, kind: 'Internal', code, message });
}

/** Stored bytes that are not what a fact says. `expected` and `actual` are digests, sizes or counts. */
export function corrupt(
  code: string,
  key: string,
  expected: string | number,
  actual: string | number,
  more: Partial<ErrorOptions> = {},
): AlluviumError {
  return new AlluviumError({
    hint: 'run `alluvium verify` to see everything that is damaged',
    ...more,
    kind: 'Corrupt',
    code,
    message: `${code.replaceAll('-', ' ')}: ${key}`,
    details: { key, expected, actual, ...more.details },
  });
}

/** Any thrown value as an {@link AlluviumError}; what nobody classified is our defect. */
export function toAlluviumError(thrown: unknown): AlluviumError {
  if (thrown instanceof AlluviumError) return thrown;
  const abort = thrown instanceof Error && thrown.name === 'AbortError';
  return new AlluviumError({
    kind: abort ? 'Canceled' : 'Internal',
    code: abort ? 'interrupted' : 'unclassified',
    message: messageOf(thrown),
    cause: thrown,
  });
}

/** Anything may be thrown, even what has no text form: `Object.create(null)`, or an object whose `toString` throws. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    return 'what was thrown has no text form';
  }
}

/** Where `docs/errors.md` explains an error: `invalid-bad-lines`. */
export function errorAnchor({ kind, code }: Pick<ErrorReport, 'kind' | 'code'>): string {
  return `${kind}-${code}`.toLowerCase();
}

export function reportError(thrown: unknown): ErrorReport {
  const { kind, code, message, hint, details } = toAlluviumError(thrown);
  return { kind, code, message, hint, details };
}

/** The inverse of {@link reportError}, for errors that crossed a process boundary. */
export function errorFromReport(report: ErrorReport): AlluviumError {
  const { hint, ...rest } = report;
  return new AlluviumError(hint === null ? rest : { ...rest, hint });
}
