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
export { type AlluviumConfig, defineConfig } from './config.ts';
export { AlluviumError, errorPolicies, type ErrorKind, type ErrorPolicy, type ErrorReport } from './domain/errors.ts';
export type { CollectionOutcome, Metric, Outcome, RequestLine } from './domain/facts.ts';
export { ingest, type IngestOptions, type IngestResult } from './engine/ingest.ts';
export { type InputOptions, readInput } from './input/read-input.ts';
export { audit, type AuditResult, type CollectionAudit } from './ledger/audit.ts';
export { readStatus, type CollectionStatus, type Status } from './ledger/status.ts';
export type { IngestEvent } from './pipeline/events.ts';
export type { JobStatus, Provider, ProviderOptions, ProviderRequest } from './provider/contract.ts';
export { embedWith } from './provider/embed-with.ts';
export { query, type QueryHit, type QueryOptions, type QueryResult } from './query/query.ts';
export { readRows, type ReadOptions } from './query/read-rows.ts';
export type { Body, Store } from './store/contract.ts';
export { MemoryStore } from './store/memory.ts';
export { type AlluviumStore, openOn, openStore, type OpenOptions } from './store/open-store.ts';
export { inputLines } from './submit/input-lines.ts';
export { submit } from './submit/submit.ts';
export type { InputLine, InputRecord, SubmitOptions, SubmitProgress, SubmitResult } from './submit/types.ts';
export { verify, type VerifyOptions, type VerifyResult } from './verify/verify.ts';
export type { Damage } from './verify/damage-list.ts';
