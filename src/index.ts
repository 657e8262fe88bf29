/**
 * Alluvium's library.
 *
 * @example
 * import { ingest, inputLines, openStore, query, submit } from 'alluvium';
 *
 * const store = await openStore('./.alluvium', { create: true });
 * await submit(store, 'notes', inputLines([{ id: '1', document: 'a river carries sand' }]));
 * const { outcome } = await ingest(store);
 * const { results } = await query(store, { collection: 'notes', text: 'sand' });
 */
export type { BatchStateName } from './catalog/batch-states.ts';
export {
  type BatchDetails,
  type BatchListOptions,
  type BatchSummary,
  listBatches,
  showBatch,
} from './catalog/batches.ts';
export {
  type CollectionDetails,
  type CollectionSummary,
  listCollections,
  showCollection,
} from './catalog/collections.ts';
export {
  type DeltaDetails,
  type DeltaListOptions,
  type DeltaSummary,
  listDeltas,
  showDelta,
} from './catalog/deltas.ts';
export { diffSnapshots, type SnapshotDiff } from './catalog/diff-snapshots.ts';
export { type ExecutionDetails, type ExecutionSummary, listExecutions, showExecution } from './catalog/executions.ts';
export { listSnapshots, showSnapshot, type SnapshotDetails, type SnapshotSummary } from './catalog/snapshots.ts';
export { type RecordTrace, why, type WhyResult } from './catalog/why.ts';
export { type AlluviumConfig, defineConfig } from './config.ts';
export { AlluviumError, errorPolicies, type ErrorKind, type ErrorPolicy, type ErrorReport } from './domain/errors.ts';
export type { CollectionOutcome, Metric, Outcome, RequestLine } from './domain/facts.ts';
export type { Row } from './domain/row.ts';
export { ingest, type IngestOptions, type IngestResult } from './engine/ingest.ts';
export type { InputSource } from './input/input-bytes.ts';
export type { InputFields } from './input/input-fields.ts';
export type { InputFormat } from './input/input-format.ts';
export { type InputOptions, readInput } from './input/read-input.ts';
export { audit, type AuditResult, type CollectionAudit } from './ledger/audit.ts';
export { readStatus, type CollectionStatus, type Status } from './ledger/status.ts';
export type { IngestEvent } from './pipeline/events.ts';
export { cancelBatch, type CancelOptions, type CancelResult } from './poll/cancel-batch.ts';
export type { JobStatus, Provider, ProviderOptions, ProviderRequest } from './provider/contract.ts';
export { embedWith, type EmbedWithOptions } from './provider/embed-with.ts';
export type { EmbeddedTexts, EmbedTexts } from './provider/immediate.ts';
export { query, type QueryHit, type QueryOptions, type QueryResult } from './query/query.ts';
export { readRows, type ReadOptions } from './query/read-rows.ts';
export type { Body, ListedObject, ObjectHead, PutOptions, RequestOptions, Store } from './store/contract.ts';
export { MemoryStore } from './store/memory.ts';
export { type AlluviumStore, openOn, openStore, type OpenOptions } from './store/open-store.ts';
export { inputLines } from './submit/input-lines.ts';
export { submit } from './submit/submit.ts';
export type { InputLine, InputRecord, SubmitOptions, SubmitProgress, SubmitResult } from './submit/types.ts';
export { verify, type VerifyOptions, type VerifyResult } from './verify/verify.ts';
export type { Damage } from './verify/damage-list.ts';
