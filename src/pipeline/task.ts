import type { ErrorReport } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { Provider } from '../provider/contract.ts';
import type { Store } from '../store/contract.ts';
import type { IngestEvent } from './events.ts';

/** What the document hands to a step: which work it is, never the work itself. */
export interface TaskInput {
  readonly executionId: string;
  /** 0-based pass through SplitIntoChunks. */
  readonly round: number;
  /** The step's name. */
  readonly state: StepName;
  /** 0-based within its Map; 0 outside of one. */
  readonly item: number;
  readonly collection?: string;
  /** For a recorder, and for Conclude: what was caught, as the States Language hands it on. */
  readonly error?: CaughtError;
  readonly context?: { readonly error?: CaughtError };
  /** For Conclude: what was not reached is no failure. */
  readonly stopped?: boolean;
}

export interface CaughtError {
  readonly Error: string;
  /** JSON of an {@link ErrorReport}, as steps throw it. */
  readonly Cause: string;
}

export const stepNames = [
  'ListPendingBatches',
  'PollBatch',
  'SplitIntoChunks',
  'ProcessChunk',
  'PublishCollection',
  'MarkCollection',
  'ReviewRound',
  'Conclude',
  'RecordFailure',
] as const;

export type StepName = (typeof stepNames)[number];

/** What every step gets besides its input. */
export interface StepContext {
  readonly store: Store;
  /** Providers of the user's own, beside the built-in ones. */
  readonly providers: readonly Provider[];
  readonly signal?: AbortSignal | undefined;
  readonly report: (event: IngestEvent) => void;
}

/** Idempotent: it may run twice, on two machines at once, with the same result. */
export type Step<Output extends object> = (context: StepContext, input: TaskInput) => Promise<Output>;

/** The log of a step: its lines travel with its events. */
export function logOf({ report }: Pick<StepContext, 'report'>): Log {
  return (level, logger, message, fields = {}) => report({ type: 'Log', level, logger, message, fields });
}

/** What a caught error says, whoever threw it. */
export function caughtReport({ Error: name, Cause }: CaughtError): ErrorReport {
  try {
    const report = JSON.parse(Cause) as ErrorReport;
    if (typeof report.kind === 'string' && typeof report.code === 'string') return report;
  } catch {
    // Not ours: an engine's own error, such as a timeout. It is reported as it stands.
  }
  return { kind: 'Internal', code: 'engine-error', message: `${name}: ${Cause}`, hint: null, details: {} };
}
