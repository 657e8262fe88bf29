import type { LogFields, LogLevel } from '../domain/log.ts';
import type { Outcome } from '../domain/facts.ts';

/** A line of the log. */
export interface LogEvent {
  readonly type: 'Log';
  readonly level: LogLevel;
  readonly logger: string;
  readonly message: string;
  readonly fields: LogFields & {
    readonly executionId?: string;
    readonly state?: string;
    readonly index?: number;
  };
}

/** What an ingest tells while it runs. Rows and counts are what was done, never what was asked. */
export type IngestEvent =
  | LogEvent
  | { readonly type: 'ExecutionStarted'; readonly executionId: string }
  | { readonly type: 'BatchesListed'; readonly batches: number; readonly rows: number }
  | {
      readonly type: 'BatchSealed';
      readonly collection: string;
      readonly batchId: string;
      readonly rows: number;
      readonly residue: number;
    }
  | { readonly type: 'ChunksPlanned'; readonly chunks: number; readonly deltas: number }
  | {
      readonly type: 'DeltaVerified';
      readonly collection: string;
      readonly deltaKey: string;
      readonly index: number;
      readonly rows: number;
    }
  | {
      readonly type: 'DeltaAccused';
      readonly collection: string;
      readonly deltaKey: string;
      readonly index: number;
      readonly code: string;
    }
  | {
      readonly type: 'DeltaMerged';
      readonly collection: string;
      readonly deltaKey: string;
      readonly index: number;
      readonly segmentId: string;
    }
  | { readonly type: 'ChunkCompacted'; readonly collection: string; readonly index: number; readonly rows: number }
  | { readonly type: 'SnapshotPublished'; readonly collection: string; readonly version: number; readonly rows: number }
  | { readonly type: 'ExecutionEnded'; readonly executionId: string; readonly outcome: Outcome };
