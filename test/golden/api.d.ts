// Exported by the library.

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

export interface BatchDetails extends BatchSummary {
    readonly submittedAt: string;
    readonly requestKey: string;
    readonly executionId: string | null;
    readonly escrowKeys: readonly string[];
    readonly parts: readonly BatchPart[];
    readonly residueByCode: Readonly<Record<string, number>>;
    readonly residueRows: readonly ResidueRow[];
    readonly strays: readonly Stray[];
    readonly damage: ErrorReport | null;
}

export interface BatchListOptions extends CollectionChoice {
    readonly states?: readonly BatchStateName[] | undefined;
}

export type BatchStateName = (typeof batchStateNames)[number];

export interface BatchSummary {
    readonly collection: string;
    readonly batchId: string;
    readonly state: BatchStateName;
    readonly provider: string;
    readonly sequence: number;
    readonly rows: number;
    readonly deltas: number;
    readonly published: number;
    readonly pending: number;
    readonly residue: number;
    readonly discarded: number;
    readonly sealedAt: string | null;
    readonly cancelledAt: string | null;
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface CancelOptions extends CollectionChoice {
    readonly providers?: readonly Provider[] | undefined;
}

export interface CancelResult {
    readonly collection: string;
    readonly batchId: string;
    readonly cancelledAt: string;
    readonly rows: number;
    readonly discarded: number;
    readonly pending: number;
    readonly providerError: ErrorReport | null;
}

export interface CollectionAudit extends LedgerRows {
    readonly collection: string;
    readonly unaccounted: number;
    readonly missing: readonly UnaccountedRecord[];
    readonly balanced: boolean;
}

export interface CollectionDetails extends CollectionSummary {
    readonly ledger: LedgerRows;
    readonly batchesByState: Readonly<Record<BatchStateName, number>>;
    readonly snapshot: SnapshotSummary | null;
    readonly latestSubmissions: readonly SubmissionSummary[];
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

export interface CollectionSummary extends CollectionSettings {
    readonly createdAt: string;
    readonly submissions: number;
    readonly batches: number;
    readonly version: number | null;
    readonly rows: number;
}

export interface Damage {
    readonly key: string;
    readonly reason: string;
    readonly expected: string | number | boolean | null;
    readonly actual: string | number | boolean | null;
}

export interface DeltaDetails extends DeltaSummary {
    readonly sha256: string;
    readonly setHash: string;
    readonly keyHash: string;
    readonly sealedKey: string;
    readonly blockSeals: readonly BlockSeal[];
}

export interface DeltaListOptions extends CollectionChoice {
    readonly unverified?: boolean | undefined;
    readonly writtenBefore?: string | undefined;
}

export interface DeltaSummary {
    readonly collection: string;
    readonly deltaId: string;
    readonly batchId: string;
    readonly part: number;
    readonly key: string;
    readonly bytes: number;
    readonly rows: number;
    readonly blocks: number;
    readonly sealedAt: string;
    readonly executionId: string;
    readonly writer: string;
    readonly publishedIn: number | null;
}

export type EmbedTexts = (texts: string[], options: {
    readonly signal: AbortSignal;
}) => EmbeddedTexts | Promise<EmbeddedTexts>;

export interface EmbedWithOptions {
    readonly model: string;
    readonly dimension: number;
    readonly name?: string | undefined;
    readonly textsPerCall?: number | undefined;
}

export type EmbeddedTexts = readonly (readonly number[])[] | readonly Float32Array[];

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

export interface ExecutionDetails extends ExecutionSummary {
    readonly durationMs: number | null;
    readonly stopped: boolean;
    readonly shownAt: string | null;
    readonly settings: ExecutionSettings;
    readonly outcomes: readonly CollectionOutcome[];
    readonly error: ErrorReport | null;
    readonly states: readonly StateSpan[];
    readonly items: readonly ItemSpan[];
    readonly events: readonly HistoryEvent[];
}

export interface ExecutionSummary {
    readonly executionId: string;
    readonly startedAt: string;
    readonly endedAt: string | null;
    readonly outcome: Outcome | null;
    readonly stage: string;
    readonly collections: readonly string[];
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

export interface InputFields {
    readonly id: string;
    readonly text: string;
    readonly metadata: readonly string[] | null;
}

export type InputFormat = 'jsonl' | 'csv';

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
    readonly inputLinesMax?: number | undefined;
}

export interface InputRecord {
    readonly id: string;
    readonly document?: string | null;
    readonly metadata?: {
        readonly [key: string]: unknown;
    } | null;
    readonly vector?: readonly number[] | Float32Array | null;
}

export type InputSource = string | AsyncIterable<Uint8Array>;

export interface JobStatus {
    readonly state: 'running' | 'finished' | 'failed';
    readonly counts: {
        readonly completed: number;
        readonly failed: number;
    } | null;
    readonly message?: string;
}

export interface ListedObject extends ObjectHead {
    readonly key: string;
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

export interface ObjectHead {
    readonly bytes: number;
}

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

export interface PutOptions extends RequestOptions {
    readonly ifAbsent?: boolean;
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

export interface RecordTrace extends RecordVersion, RecordPath {
    readonly collection: string;
    readonly submittedAt: string;
    readonly batchId: string;
    readonly provider: string;
    readonly n: number;
    readonly place: LedgerTerm;
    readonly liveFrom: number | null;
    readonly supersededBy: (RecordVersion & {
        readonly snapshot: number;
    }) | null;
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

export interface RequestOptions {
    readonly signal?: AbortSignal | undefined;
}

export interface Row extends RecordVersion {
    readonly id: string;
    readonly vector: Float32Array | null;
    readonly document: string | null;
    readonly metadata: string | null;
    readonly tombstone: boolean;
    readonly content: Digest;
    readonly digest: Digest;
}

export interface SnapshotDetails extends SnapshotSummary {
    readonly keyHash: string;
    readonly fence: number;
    readonly checks: readonly string[];
    readonly segmentList: readonly SegmentSummary[];
}

export interface SnapshotDiff {
    readonly collection: string;
    readonly from: number;
    readonly to: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly renewed: number;
    readonly examples: {
        readonly [Change in Difference]: readonly string[];
    };
}

export interface SnapshotSummary {
    readonly collection: string;
    readonly version: number;
    readonly publishedAt: string;
    readonly executionId: string;
    readonly rows: number;
    readonly segments: number;
    readonly bytes: number;
    readonly added: number;
    readonly published: number;
    readonly superseded: number;
    readonly setHash: string;
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

export interface WhyResult {
    readonly id: string;
    readonly versions: readonly RecordTrace[];
    readonly skipped: null;
}

export declare function audit(store: AlluviumStore, options?: RequestOptions): Promise<AuditResult>;

export declare function cancelBatch({ store }: AlluviumStore, batchId: string, options?: CancelOptions): Promise<CancelResult>;

export declare function defineConfig(config: AlluviumConfig): AlluviumConfig;

export declare function diffSnapshots({ store }: AlluviumStore, collection: string, from: number, to: number, options?: RequestOptions): Promise<SnapshotDiff>;

export declare function embedWith(embedTexts: EmbedTexts, { model, dimension, name, textsPerCall }: EmbedWithOptions): Provider;

export declare const errorPolicies: Readonly<Record<ErrorKind, ErrorPolicy>>;

export declare function ingest(store: AlluviumStore, options?: IngestOptions): Promise<IngestResult>;

export declare function inputLines(records: Iterable<InputRecord> | AsyncIterable<InputRecord>): AsyncGenerator<InputLine>;

export declare function listBatches({ store }: AlluviumStore, options?: BatchListOptions): Promise<{
    readonly batches: readonly BatchSummary[];
}>;

export declare function listCollections({ store }: AlluviumStore, options?: RequestOptions): Promise<{
    readonly collections: readonly CollectionSummary[];
}>;

export declare function listDeltas({ store }: AlluviumStore, options?: DeltaListOptions): Promise<{
    readonly deltas: readonly DeltaSummary[];
}>;

export declare function listExecutions({ store }: AlluviumStore, options?: RequestOptions): Promise<{
    readonly executions: readonly ExecutionSummary[];
}>;

export declare function listSnapshots({ store }: AlluviumStore, options?: CollectionChoice): Promise<{
    readonly snapshots: readonly SnapshotSummary[];
}>;

export declare function openOn(store: Store, options?: OpenOptions): Promise<AlluviumStore>;

export declare function openStore(location: string, options?: OpenOptions): Promise<AlluviumStore>;

export declare function query(store: AlluviumStore, options: QueryOptions): Promise<QueryResult>;

export declare function readInput(source: InputSource, options?: InputOptions): AsyncGenerator<InputLine>;

export declare function readRows(store: Store, collection: string, options?: ReadOptions): AsyncGenerator<Row>;

export declare function readStatus(store: AlluviumStore, options?: RequestOptions): Promise<Status>;

export declare function showBatch({ store }: AlluviumStore, batchId: string, options?: CollectionChoice): Promise<BatchDetails>;

export declare function showCollection({ store }: AlluviumStore, collection: string, options?: RequestOptions): Promise<CollectionDetails>;

export declare function showDelta({ store }: AlluviumStore, delta: string, options?: CollectionChoice): Promise<DeltaDetails>;

export declare function showExecution({ store }: AlluviumStore, executionId: string, options?: RequestOptions): Promise<ExecutionDetails>;

export declare function showSnapshot({ store }: AlluviumStore, collection: string, options?: ReadOptions): Promise<SnapshotDetails>;

export declare function submit(store: AlluviumStore, collection: string, lines: AsyncIterable<InputLine>, options?: SubmitOptions): Promise<SubmitResult>;

export declare function verify({ store }: AlluviumStore, options?: VerifyOptions): Promise<VerifyResult>;

export declare function why(store: AlluviumStore, id: string, options?: CollectionChoice): Promise<WhyResult>;

// Not exported, and yet part of it: what the above mention.

interface BatchPart {
    readonly part: number;
    readonly deltaId: string;
    readonly key: string;
    readonly bytes: number;
    readonly rows: number;
    readonly publishedIn: number | null;
}

type Blame = 'caller' | 'data' | 'environment' | 'provider' | 'alluvium' | 'nobody';

interface BlockSeal {
    readonly offset: number;
    readonly length: number;
    readonly digest: string;
    readonly rows: number;
    readonly firstId: string;
}

interface ChunkPosition {
    readonly executionId: string;
    readonly round: number;
    readonly index: number;
}

interface CollectionChoice extends RequestOptions {
    readonly collection?: string | undefined;
}

interface CollectionSettings {
    readonly collection: string;
    readonly provider: string;
    readonly model: string;
    readonly dimension: number;
    readonly metric: Metric;
}

interface DeltaPosition {
    readonly deltaId: string;
    readonly key: string;
    readonly part: number;
    readonly block: number;
}

type Difference = 'added' | 'removed' | 'changed';

type Digest = Uint8Array;

type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

interface ErrorOptions {
    readonly kind: ErrorKind;
    readonly code: string;
    readonly message: string;
    readonly details?: ErrorDetails;
    readonly hint?: string;
    readonly cause?: unknown;
}

type EventDetails = Readonly<Record<string, string | number | boolean | null>>;

interface ExecutionSettings {
    readonly concurrency: number;
    readonly deltasPerChunk: number;
}

interface HistoryEvent {
    readonly id: number;
    readonly previousId: number;
    readonly timestamp: string;
    readonly type: string;
    readonly state: string | null;
    readonly round: number | null;
    readonly index: number | null;
    readonly details: EventDetails;
}

interface ItemSpan {
    readonly state: string;
    readonly round: number | null;
    readonly index: number;
    readonly startedAt: string;
    readonly endedAt: string | null;
    readonly outcome: string | null;
    readonly attempts: number;
    readonly error: EventDetails | null;
}

type LedgerRows = Readonly<Record<LedgerTerm | 'submitted', number>>;

type LedgerTerm = (typeof ledgerTerms)[number];

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

interface RecordPath {
    readonly residue: Pick<ResidueRow, 'status' | 'code' | 'message'> | null;
    readonly delta: DeltaPosition | null;
    readonly publishedIn: number | null;
    readonly chunk: ChunkPosition | null;
    readonly segment: SegmentPosition | null;
}

interface RecordVersion {
    readonly sequence: number;
    readonly line: number;
}

interface ResidueRow {
    readonly n: number;
    readonly id: string;
    readonly line: number;
    readonly status: ResidueStatus;
    readonly code: string;
    readonly message: string;
}

type ResidueStatus = 'retryable' | 'rejected';

interface SegmentPosition {
    readonly segmentId: string;
    readonly key: string;
    readonly row: number;
}

interface SegmentSummary {
    readonly segmentId: string;
    readonly key: string;
    readonly bytes: number;
    readonly rows: number;
    readonly live: number;
}

interface StateSpan {
    readonly state: string;
    readonly round: number | null;
    readonly enteredAt: string;
    readonly exitedAt: string | null;
    readonly items: number;
    readonly outcomes: Readonly<Record<string, number>>;
}

interface Stray {
    readonly code: string;
    readonly line: number;
    readonly message: string;
}

interface SubmissionSummary {
    readonly sequence: number;
    readonly submittedAt: string;
    readonly records: number;
    readonly skipped: number;
    readonly batches: number;
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

declare const batchStateNames: readonly ['pending', 'sealed', 'published', 'residue', 'cancelled', 'damaged'];

declare const ledgerTerms: readonly ['published', 'superseded', 'deleted', 'withdrawn', 'pending', 'quarantined', 'residue', 'discarded'];

declare const logLevels: readonly ['debug', 'info', 'warn', 'error'];

