import type { ErrorReport } from './errors.ts';
import type { ObjectRef } from './fact.ts';
import type { KeyTally, Tally } from './tally.ts';

/**
 * What each kind of fact says. Every fact also holds its `key` and `writer`.
 *
 * An {@link ObjectRef} anywhere in a fact names another object by key, size and SHA-256; `verify` follows them all.
 */

export type Metric = 'cosine' | 'l2' | 'dot';

/** `alluvium.json` */
export interface StoreFact {
  readonly format: 1;
  readonly stage: string;
  readonly createdAt: string;
}

/** What a collection's vectors are, fixed when it is created. */
export interface CollectionSettings {
  readonly collection: string;
  /** Who embeds its documents; `given` where every record carries its vector. */
  readonly provider: string;
  readonly model: string;
  readonly dimension: number;
  readonly metric: Metric;
}

/** `collections/<c>/collection.json` */
export interface CollectionFact extends CollectionSettings {
  readonly createdAt: string;
}

/** `submissions/<sequence>.json`: the commit of a hand-in. */
export interface SubmissionFact extends KeyTally {
  readonly kind: 'records';
  readonly sequence: number;
  readonly submittedAt: string;
  /** Null for the first. */
  readonly predecessor: ObjectRef | null;
  readonly collection: ObjectRef;
  /** Records of the hand-in that were unchanged and are in no batch. */
  readonly skipped: number;
  readonly batches: readonly BatchEntry[];
  /** This submission and all before it. */
  readonly total: KeyTally;
}

export interface BatchEntry extends KeyTally {
  readonly batchId: string;
  readonly provider: string;
  readonly request: ObjectRef;
  readonly contents: ObjectRef;
  /** Where its request and answer files lie, an absolute path. Only for provider `files`. */
  readonly folder?: string;
}

/** One line of `request.jsonl`. */
export interface RequestLine {
  /** 0-based position in the request: the `<n>` of a `custom_id`. */
  readonly n: number;
  /** 1-based position in the hand-in. */
  readonly line: number;
  readonly id: string;
  readonly document: string | null;
  readonly metadata: { readonly [key: string]: unknown } | null;
  /** Base64 of little-endian float32, where one was handed in. */
  readonly vector?: string;
}

/** `sealed.json`: what a batch became. Escrow, deltas and residue of one and the same parse. */
export interface SealedFact {
  readonly batchId: string;
  readonly executionId: string;
  readonly submission: ObjectRef;
  readonly provider: string;
  /** The provider job's number; null for a provider that creates no jobs. */
  readonly attempt: number | null;
  readonly output: readonly ObjectRef[];
  readonly errors: readonly ObjectRef[];
  readonly deltas: readonly DeltaSeal[];
  readonly residue: ObjectRef | null;
  readonly residueTally: KeyTally;
  /** Where the batch was cancelled, and sealed with what had come back. */
  readonly cancelled?: ObjectRef;
  readonly sealedAt: string;
}

/** `cancelled.json`: the batch is not to be embedded. What had come back by then is kept, the rest is discarded. */
export interface CancelledFact {
  readonly batchId: string;
  readonly submission: ObjectRef;
  /** Whether its provider may still hand over answers. Its rows are pending until it has. */
  readonly awaited: boolean;
  readonly cancelledAt: string;
}

export interface DeltaSeal {
  readonly deltaId: string;
  /** 0-based. `(batch, part)` is the delta's place, which it keeps when it is rebuilt. */
  readonly part: number;
  readonly object: ObjectRef;
  readonly tally: Tally;
  readonly blocks: readonly BlockSeal[];
}

/** One record batch of an Arrow file: what a reader needs to fetch and check it alone. */
export interface BlockSeal {
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
  readonly rows: number;
  readonly firstId: string;
}

export type ResidueStatus = 'retryable' | 'rejected';

/** `residue/<sha256>.json`: the records of a batch that have no vector, and why. */
export interface ResidueFact {
  readonly batchId: string;
  readonly rows: readonly ResidueRow[];
  /** Output lines that belong to no record of the batch. */
  readonly strays: readonly Stray[];
}

export interface ResidueRow {
  readonly n: number;
  readonly id: string;
  readonly line: number;
  readonly status: ResidueStatus;
  readonly code: string;
  readonly message: string;
}

export interface Stray {
  readonly code: string;
  /** 1-based line of the output. */
  readonly line: number;
  readonly message: string;
}

/** `published/<part>.json` */
export interface PublishedFact {
  readonly batchId: string;
  readonly part: number;
  readonly manifest: ObjectRef;
}

/** A delta and where it belongs. */
export interface DeltaPlace {
  readonly batchId: string;
  readonly part: number;
  readonly delta: ObjectRef;
  readonly sealed: ObjectRef;
}

export interface SegmentEntry {
  readonly segmentId: string;
  readonly object: ObjectRef;
  readonly index: IndexRef;
  readonly tally: Tally;
}

/** An index file, and the part of it that must be read first. */
export interface IndexRef extends ObjectRef {
  /** Where the canonical JSON of its tables lies, and its SHA-256: what ranged reads are checked against. */
  readonly tables: { readonly offset: number; readonly length: number; readonly digest: string };
}

export interface LiveSegment extends SegmentEntry {
  /** Rows that a newer version hides; null where none. */
  readonly dead: DeadRef | null;
}

export interface DeadRef extends ObjectRef {
  readonly tally: Tally;
}

/** What a chunk, or a publish, made of rows that are no longer live. */
export interface Losses {
  readonly superseded: Tally;
  readonly duplicates: Tally;
}

/** `receipts/<hash>.json`: what a chunk became, keyed by its deltas' seals and the base's fence. */
export interface SegmentReceipt extends Losses {
  readonly segment: SegmentEntry;
  readonly inputs: readonly DeltaPlace[];
  readonly inputTally: Tally;
}

/** `snapshots/<version>.json`: a published version. */
export interface Manifest {
  readonly collection: string;
  readonly version: number;
  readonly predecessor: ObjectRef | null;
  readonly executionId: string;
  readonly round: number;
  readonly publishedAt: string;
  /** Unnamed segments planned on an older version than this must be rebuilt. */
  readonly fence: number;
  readonly segments: readonly LiveSegment[];
  readonly live: Tally;
  /** Since the collection began. */
  readonly totals: Totals;
  readonly added: readonly DeltaPlace[];
  /** What this version changed. */
  readonly changed: Changed;
  /** Names of the checks that held before it was published. */
  readonly checks: readonly string[];
}

export interface Totals extends Losses {
  /** Rows of every delta ever added. */
  readonly added: Tally;
  readonly deleted: Tally;
  readonly withdrawn: Tally;
}

export interface Changed extends Losses {
  /** Rows of the added deltas that are live in this version. */
  readonly published: Tally;
}

/** `executions/<e>/input.json` */
export interface ExecutionInput {
  readonly executionId: string;
  readonly stage: string;
  readonly startedAt: string;
  /** SHA-256 of the canonical state machine document. */
  readonly documentHash: string;
  /** Null: every collection. */
  readonly collections: readonly string[] | null;
  readonly settings: ExecutionSettings;
}

export interface ExecutionSettings {
  readonly concurrency: number;
  readonly deltasPerChunk: number;
}

/** `work/<round>/<state>.json`: the items of one Map. */
export interface WorkList<Item> {
  readonly items: readonly Item[];
}

/** Batches of one collection that one task polls. */
export interface PollItem {
  readonly collection: string;
  readonly batches: readonly PollBatch[];
}

export interface PollBatch {
  readonly batchId: string;
  readonly submission: ObjectRef;
}

/** Chunks of one collection that one task compacts. */
export interface ChunkItem {
  readonly collection: string;
  readonly base: { readonly version: number; readonly fence: number };
  readonly chunks: readonly ChunkPlan[];
}

export interface ChunkPlan {
  /** 0-based, across the collections of a round. */
  readonly index: number;
  readonly deltas: readonly DeltaPlace[];
}

/** `receipts/<round>/<state>/<item>.json`: what a task that succeeded returned. */
export interface TaskReceipt<Output> {
  readonly output: Output;
}

/** `attempts/…/<n>.started.json`: a task is about to be run for the n-th time. */
export interface AttemptStarted {
  readonly state: string;
  readonly attempt: number;
  readonly startedAt: string;
}

/** `attempts/…/<n>.ended.json`: it returned or threw, and what it told meanwhile. */
export interface AttemptEnded extends AttemptStarted {
  readonly endedAt: string;
  readonly error: ErrorReport | null;
  readonly told: readonly ToldEvent[];
}

/** What a step told about one delta. */
export interface ToldEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly details: EventDetails;
}

export type EventDetails = Readonly<Record<string, string | number | boolean | null>>;

/** `events/<page>.json`: a stretch of the history. An empty one shows that the execution lives. */
export interface HistoryPage {
  readonly writtenAt: string;
  readonly events: readonly HistoryEvent[];
}

/** One event of an execution, in the words of Step Functions. */
export interface HistoryEvent {
  /** From 1, rising by 1. */
  readonly id: number;
  /** The event that led to this one; 0 for the first. */
  readonly previousId: number;
  /** UTC, milliseconds: when it happened. */
  readonly timestamp: string;
  readonly type: string;
  /** The state's name in the document. */
  readonly state: string | null;
  readonly round: number | null;
  /** Of a Map's item, 0-based. */
  readonly index: number | null;
  readonly details: EventDetails;
}

/** `accusations/<id>.json`: a delta that could not be used as sealed. */
export interface AccusationFact {
  readonly collection: string;
  readonly batchId: string;
  /** Null when the batch's own facts are damaged. */
  readonly part: number | null;
  readonly accusedKey: string;
  readonly error: ErrorReport;
}

/** `failures/…`: an item that ended without a receipt, or an item's batch that was left alone. */
export interface FailureFact {
  readonly state: string;
  readonly item: number;
  readonly error: ErrorReport;
}

export type Outcome = 'Complete' | 'CompleteWithQuarantine' | 'Inconclusive' | 'Failed';

/** `executions/<e>/outcome.json` */
export interface OutcomeFact {
  readonly executionId: string;
  readonly outcome: Outcome;
  /** Whether a time limit ended it before everything was done. */
  readonly stopped: boolean;
  readonly input: ObjectRef;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly durationMs: number;
  readonly collections: readonly CollectionOutcome[];
  /** What ended a state before its work was done, if anything did. */
  readonly error: ErrorReport | null;
}

export interface CollectionOutcome {
  readonly collection: string;
  readonly outcome: Outcome;
  /** The manifests that this execution published. */
  readonly manifests: readonly ObjectRef[];
  readonly version: number | null;
  readonly setHash: string | null;
  readonly published: number;
  readonly superseded: number;
  readonly healed: number;
  readonly pending: number;
  readonly quarantined: number;
  readonly residue: number;
  readonly batches: number;
  readonly chunks: number;
  readonly accused: number;
  /** Why the outcome is not `Complete`. */
  readonly reasons: readonly string[];
}
