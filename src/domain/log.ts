/** How much a log line matters; each level includes those after it. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What a log line is about, as far as it is known where it is written. */
export interface LogFields {
  readonly batchId?: string;
  readonly deltaKey?: string;
  readonly error?: string;
  readonly errorCode?: string;
  readonly errorType?: string;
  readonly attempt?: number;
}

/** Tells one thing to whoever operates this. `logger` is the part that speaks: `seal`, `poll`, `compact`, … */
export type Log = (level: LogLevel, logger: string, message: string, fields?: LogFields) => void;

/** For callers whom nobody listens to. */
export const silent: Log = () => undefined;
