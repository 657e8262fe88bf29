// Exported by the library.

import type { Readable } from 'node:stream';

export interface AlluviumConfig {
    readonly store?: string;
    readonly stage?: string;
    readonly workers?: number;
    readonly concurrency?: number;
    readonly deltasPerChunk?: number;
    readonly recordsPerBatch?: number;
    readonly providers?: readonly Provider[];
}

export declare class AlluviumError extends Error {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly details: ErrorDetails;
    readonly hint: string | null;
    constructor({ kind, code, message, details, hint, cause }: ErrorOptions);
}

export interface AlluviumStore {
    readonly store: Store;
    readonly stage: string;
    readonly url: string;
}

export interface AuditResult {
    readonly balanced: boolean;
    readonly collections: readonly CollectionAudit[];
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface CollectionAudit extends LedgerRows {
    readonly collection: string;
    readonly unaccounted: number;
    readonly missing: readonly UnaccountedRecord[];
    readonly balanced: boolean;
}

export interface CollectionOutcome {
    readonly collection: string;
    readonly outcome: Outcome;
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
    readonly reasons: readonly string[];
}

export interface CollectionStatus {
    readonly collection: string;
    readonly snapshot: {
        readonly version: number;
        readonly rows: number;
        readonly segments: number;
        readonly setHash: string;
    } | null;
    readonly ledger: LedgerRows;
    readonly openBatches: number;
}

export interface Damage {
    readonly key: string;
    readonly reason: string;
    readonly expected: string | number | boolean | null;
    readonly actual: string | number | boolean | null;
}

export type ErrorKind = 'Invalid' | 'NotFound' | 'Conflict' | 'Unavailable' | 'Corrupt' | 'Provider' | 'Canceled' | 'Internal';

export interface ErrorPolicy {
    readonly retry: boolean;
    readonly blame: Blame;
    readonly exitCode: number;
    readonly meaning: string;
}

export interface ErrorReport {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly details: ErrorDetails;
}

export type IngestEvent = LogEvent | {
    readonly type: 'ExecutionStarted';
    readonly executionId: string;
} | {
    readonly type: 'BatchesListed';
    readonly batches: number;
    readonly rows: number;
} | {
    readonly type: 'BatchSealed';
    readonly collection: string;
    readonly batchId: string;
    readonly rows: number;
    readonly residue: number;
} | {
    readonly type: 'ChunksPlanned';
    readonly chunks: number;
    readonly deltas: number;
} | {
    readonly type: 'DeltaVerified';
    readonly collection: string;
    readonly deltaKey: string;
    readonly index: number;
    readonly rows: number;
} | {
    readonly type: 'DeltaAccused';
    readonly collection: string;
    readonly deltaKey: string;
    readonly index: number;
    readonly code: string;
} | {
    readonly type: 'DeltaMerged';
    readonly collection: string;
    readonly deltaKey: string;
    readonly index: number;
    readonly segmentId: string;
} | {
    readonly type: 'ChunkCompacted';
    readonly collection: string;
    readonly index: number;
    readonly rows: number;
} | {
    readonly type: 'SnapshotPublished';
    readonly collection: string;
    readonly version: number;
    readonly rows: number;
} | {
    readonly type: 'ExecutionEnded';
    readonly executionId: string;
    readonly outcome: Outcome;
};

export interface IngestOptions {
    readonly collections?: readonly string[] | undefined;
    readonly workers?: number | undefined;
    readonly concurrency?: number | undefined;
    readonly deltasPerChunk?: number | undefined;
    readonly providers?: readonly Provider[] | undefined;
    readonly configPath?: string | undefined;
    readonly timeLimitMs?: number | undefined;
    readonly takeoverAfterMs?: number | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly onEvent?: ((event: IngestEvent) => void) | undefined;
}

export interface IngestResult extends Pick<OutcomeFact, 'executionId' | 'outcome' | 'stopped' | 'durationMs' | 'collections' | 'error'> {
    readonly takenOver: readonly string[];
}

export type InputLine = {
    readonly line: number;
    readonly record: InputRecord;
} | {
    readonly line: number;
    readonly problem: AlluviumError;
};

export interface InputOptions {
    readonly format?: InputFormat | undefined;
    readonly fields?: InputFields | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly lineBytesMax?: number | undefined;
    readonly inputBytesMax?: number | undefined;
}

export interface InputRecord {
    readonly id: string;
    readonly document?: string | null;
    readonly metadata?: {
        readonly [key: string]: unknown;
    } | null;
    readonly vector?: readonly number[] | Float32Array | null;
}

export interface JobStatus {
    readonly state: 'running' | 'finished' | 'failed';
    readonly counts: {
        readonly completed: number;
        readonly failed: number;
    } | null;
    readonly message?: string;
}

export declare class MemoryStore implements Store {
    #private;
    readonly url = "memory:";
    get(key: string, { signal }?: RequestOptions): Promise<Uint8Array>;
    getRange(key: string, offset: number, length: number, { signal }?: RequestOptions): Promise<Uint8Array>;
    head(key: string, { signal }?: RequestOptions): Promise<ObjectHead | null>;
    put(key: string, body: Body, { ifAbsent, signal }?: PutOptions): Promise<'created' | 'exists'>;
    list(prefix: string, { signal }?: RequestOptions): AsyncGenerator<ListedObject>;
    delete(key: string, { signal }?: RequestOptions): Promise<void>;
    deleteMany(keys: readonly string[], options?: RequestOptions): Promise<void>;
}

export type Metric = 'cosine' | 'l2' | 'dot';

export interface OpenOptions {
    readonly stage?: string | undefined;
    readonly create?: boolean | undefined;
    readonly onWarning?: ((message: string) => void) | undefined;
}

export type Outcome = 'Complete' | 'CompleteWithQuarantine' | 'Inconclusive' | 'Failed';

export interface Provider {
    readonly name: string;
    readonly model: string;
    readonly dimension: number;
    readonly createsJobs: boolean;
    submit(request: ProviderRequest, options: ProviderOptions): Promise<{
        readonly jobId: string;
    }>;
    find?(request: ProviderRequest, options: ProviderOptions): Promise<{
        readonly jobId: string;
    } | null>;
    poll(jobId: string, options: ProviderOptions): Promise<JobStatus>;
    output(jobId: string, options: ProviderOptions): AsyncIterable<Uint8Array>;
    errors(jobId: string, options: ProviderOptions): AsyncIterable<Uint8Array>;
    cancel(jobId: string, options: ProviderOptions): Promise<void>;
    embed(texts: readonly string[], options: ProviderOptions): Promise<Float32Array[]>;
}

export interface ProviderOptions {
    readonly signal?: AbortSignal | undefined;
}

export interface ProviderRequest {
    readonly batchId: string;
    readonly lines: readonly RequestLine[];
    readonly folder?: string | undefined;
}

export interface QueryHit {
    readonly id: string;
    readonly score: number;
    readonly document: string | null;
    readonly metadata: unknown;
}

export interface QueryOptions {
    readonly collection: string;
    readonly text?: string | undefined;
    readonly vector?: readonly number[] | Float32Array | undefined;
    readonly k?: number | undefined;
    readonly where?: {
        readonly [key: string]: unknown;
    } | undefined;
    readonly version?: number | undefined;
    readonly providers?: readonly Provider[] | undefined;
    readonly signal?: AbortSignal | undefined;
}

export interface QueryResult {
    readonly collection: string;
    readonly version: number;
    readonly results: readonly QueryHit[];
}

export interface ReadOptions extends RequestOptions {
    readonly version?: number | undefined;
}

export interface RequestLine {
    readonly n: number;
    readonly line: number;
    readonly id: string;
    readonly document: string | null;
    readonly metadata: {
        readonly [key: string]: unknown;
    } | null;
    readonly vector?: string;
}

export interface Status {
    readonly stage: string;
    readonly collections: readonly CollectionStatus[];
}

export interface Store {
    readonly url: string;
    get(key: string, options?: RequestOptions): Promise<Uint8Array>;
    getRange(key: string, offset: number, length: number, options?: RequestOptions): Promise<Uint8Array>;
    head(key: string, options?: RequestOptions): Promise<ObjectHead | null>;
    put(key: string, body: Body, options?: PutOptions): Promise<'created' | 'exists'>;
    list(prefix: string, options?: RequestOptions): AsyncIterable<ListedObject>;
    delete(key: string, options?: RequestOptions): Promise<void>;
    deleteMany(keys: readonly string[], options?: RequestOptions): Promise<void>;
}

export interface SubmitOptions {
    readonly provider?: string | undefined;
    readonly model?: string | undefined;
    readonly dimension?: number | undefined;
    readonly metric?: 'cosine' | 'l2' | 'dot' | undefined;
    readonly folder?: string | undefined;
    readonly providers?: readonly Provider[] | undefined;
    readonly recordsPerBatch?: number | undefined;
    readonly force?: boolean | undefined;
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

export interface SubmitResult {
    readonly collection: string;
    readonly sequence: number | null;
    readonly records: number;
    readonly skipped: number;
    readonly batches: number;
    readonly invalid: number;
    readonly repeated: number;
}

export interface VerifyOptions {
    readonly signal?: AbortSignal | undefined;
    readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
}

export interface VerifyResult {
    readonly objects: number;
    readonly bytes: number;
    readonly rows: number;
    readonly damaged: readonly Damage[];
    readonly unnamed: number;
    readonly foreign: readonly string[];
}

export declare function audit(store: AlluviumStore, options?: RequestOptions): Promise<AuditResult>;

export declare function defineConfig(config: AlluviumConfig): AlluviumConfig;

export declare function embedWith(embedTexts: EmbedTexts, { model, dimension, name, textsPerCall }: EmbedWithOptions): Provider;

export declare const errorPolicies: Readonly<Record<ErrorKind, ErrorPolicy>>;

export declare function ingest(store: AlluviumStore, options?: IngestOptions): Promise<IngestResult>;

export declare function inputLines(records: Iterable<InputRecord> | AsyncIterable<InputRecord>): AsyncGenerator<InputLine>;

export declare function openOn(store: Store, options?: OpenOptions): Promise<AlluviumStore>;

export declare function openStore(location: string, options?: OpenOptions): Promise<AlluviumStore>;

export declare function query(store: AlluviumStore, options: QueryOptions): Promise<QueryResult>;

export declare function readInput(source: InputSource, options?: InputOptions): AsyncGenerator<InputLine>;

export declare function readRows(store: Store, collection: string, options?: ReadOptions): AsyncGenerator<Row>;

export declare function readStatus(store: AlluviumStore, options?: RequestOptions): Promise<Status>;

export declare function submit(store: AlluviumStore, collection: string, lines: AsyncIterable<InputLine>, options?: SubmitOptions): Promise<SubmitResult>;

export declare function verify({ store }: AlluviumStore, options?: VerifyOptions): Promise<VerifyResult>;

// Not exported by name, and yet part of it: what the above mention.

type Blame = 'caller' | 'data' | 'environment' | 'provider' | 'alluvium' | 'nobody';

type Digest = Uint8Array;

type EmbedTexts = (texts: string[], options: {
    readonly signal: AbortSignal;
}) => EmbeddedTexts | Promise<EmbeddedTexts>;

interface EmbedWithOptions {
    readonly model: string;
    readonly dimension: number;
    readonly name?: string | undefined;
    readonly textsPerCall?: number | undefined;
}

type EmbeddedTexts = readonly (readonly number[])[] | readonly Float32Array[];

type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

interface ErrorOptions {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly message: string;
    readonly details?: ErrorDetails;
    readonly hint?: string;
    readonly cause?: unknown;
}

interface InputFields {
    readonly id: string;
    readonly text: string;
    readonly metadata: readonly string[] | null;
}

type InputFormat = 'jsonl' | 'csv';

type InputSource = string | Readable;

type LedgerRows = Readonly<Record<LedgerTerm | 'submitted', number>>;

type LedgerTerm = (typeof ledgerTerms)[number];

interface ListedObject extends ObjectHead {
    readonly key: string;
}

interface LogEvent {
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

interface LogFields {
    readonly batchId?: string;
    readonly deltaKey?: string;
    readonly error?: string;
    readonly errorCode?: string;
    readonly errorType?: string;
    readonly attempt?: number;
}

type LogLevel = (typeof logLevels)[number];

interface ObjectHead {
    readonly bytes: number;
}

interface ObjectRef {
    readonly key: string;
    readonly bytes: number;
    readonly sha256: string;
}

interface OutcomeFact {
    readonly executionId: string;
    readonly outcome: Outcome;
    readonly stopped: boolean;
    readonly input: ObjectRef;
    readonly startedAt: string;
    readonly endedAt: string;
    readonly durationMs: number;
    readonly collections: readonly CollectionOutcome[];
    readonly error: ErrorReport | null;
}

interface PutOptions extends RequestOptions {
    readonly ifAbsent?: boolean;
}

interface RecordVersion {
    readonly sequence: number;
    readonly line: number;
}

interface RequestOptions {
    readonly signal?: AbortSignal | undefined;
}

interface Row extends RecordVersion {
    readonly id: string;
    readonly vector: Float32Array | null;
    readonly document: string | null;
    readonly metadata: string | null;
    readonly tombstone: boolean;
    readonly content: Digest;
    readonly digest: Digest;
}

interface UnaccountedRecord extends RecordVersion {
    readonly id: string;
    readonly batchId: string;
}

interface VerifyProgress {
    readonly objects: number;
    readonly objectsTotal: number;
    readonly bytes: number;
}

declare const ledgerTerms: readonly ['published', 'superseded', 'deleted', 'withdrawn', 'pending', 'quarantined', 'residue', 'discarded'];

declare const logLevels: readonly ['debug', 'info', 'warn', 'error'];

