import { invalid } from './errors.ts';

/**
 * Every object key of a store is made and parsed here.
 *
 * 1. Record ids are never part of a key.
 * 2. Keys hold only `a-z 0-9 . _ - /`, so that they mean the same on every file system and object store.
 * 3. `parseKey` knows every key that the makers make, and nothing else.
 */

const namePattern = /^[a-z0-9][a-z0-9_-]{2,62}$/;
const sequenceDigits = 20;

export const storeKey = 'alluvium.json';
export const collectionsPrefix = 'collections/';
export const executionsPrefix = 'executions/';
const pendingPrefix = 'pending/';
export const runningPrefix = 'running/';

/** Throws `Invalid` unless `name` may name a collection or a stage. */
export function assertName(what: 'collection' | 'stage', name: string): void {
  if (!namePattern.test(name)) {
    throw invalid(
      `${what}-name`,
      `a ${what} name has 3 to 63 of a-z, 0-9, _ and -, and begins with a letter or digit: ${JSON.stringify(name)}`,
      { details: { name } },
    );
  }
}

/** Sequences and versions as 20 digits, so that keys sort by number. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(sequenceDigits, '0');
}

export function collectionKeys(collection: string) {
  const root = `${collectionsPrefix}${collection}`;
  return {
    collection: `${root}/collection.json`,
    submissions: `${root}/submissions/`,
    submission: (sequence: number) => `${root}/submissions/${formatSequence(sequence)}.json`,
    batches: `${root}/batches/`,
    batch: (batchId: string) => batchKeys(`${root}/batches/${batchId}`),
    delta: (deltaId: string) => `${root}/deltas/${deltaId}.arrow`,
    segment: (segmentId: string) => `${root}/segments/${segmentId}.arrow`,
    index: (segmentId: string) => `${root}/segments/${segmentId}.index`,
    dead: (segmentId: string, id: string) => `${root}/segments/${segmentId}.dead/${id}`,
    receipt: (hash: string) => `${root}/receipts/${hash}.json`,
    snapshots: `${root}/snapshots/`,
    snapshot: (version: number) => `${root}/snapshots/${formatSequence(version)}.json`,
    latest: `${root}/latest`,
    pendings: `${pendingPrefix}${collection}/`,
    pending: (batchId: string) => `${pendingPrefix}${collection}/${batchId}`,
  };
}

function batchKeys(root: string) {
  return {
    root: `${root}/`,
    request: `${root}/request.jsonl`,
    contents: `${root}/contents`,
    output: (sha256: string) => `${root}/output/${sha256}.jsonl`,
    errors: (sha256: string) => `${root}/errors/${sha256}.jsonl`,
    residue: (sha256: string) => `${root}/residue/${sha256}.json`,
    sealed: `${root}/sealed.json`,
    cancelled: `${root}/cancelled.json`,
    published: (part: number) => `${root}/published/${part}.json`,
  };
}

export function executionKeys(executionId: string) {
  const root = `${executionsPrefix}${executionId}`;
  const task = (round: number, state: string, item: number) => `${round}/${kebab(state)}/${item}.json`;
  return {
    root: `${root}/`,
    input: `${root}/input.json`,
    work: (round: number, state: string) => `${root}/work/${round}/${kebab(state)}.json`,
    receipts: `${root}/receipts/`,
    receipt: (round: number, state: string, item: number) => `${root}/receipts/${task(round, state, item)}`,
    failures: `${root}/failures/`,
    failure: (round: number, state: string, item: number) => `${root}/failures/${task(round, state, item)}`,
    attempts: `${root}/attempts/`,
    attempt: (round: number, state: string, item: number, attempt: number) => {
      const stem = `${root}/attempts/${round}/${kebab(state)}/${item}/${attempt}`;
      return { started: `${stem}.started.json`, ended: `${stem}.ended.json` };
    },
    events: `${root}/events/`,
    eventPage: (page: number) => `${root}/events/${formatSequence(page)}.json`,
    accusations: `${root}/accusations/`,
    accusation: (id: string) => `${root}/accusations/${id}.json`,
    outcome: `${root}/outcome.json`,
  };
}

/** The hint that an execution is under way. */
export function runningKey(executionId: string): string {
  return `${runningPrefix}${executionId}`;
}

/** What lies at a key: `fact` is checked JSON, `data` are bytes that a fact names, `hint` may be lost or stale. */
export type KeyClass = 'fact' | 'data' | 'hint';

export interface ParsedKey {
  readonly type: KeyType;
  readonly class: KeyClass;
  readonly collection: string | null;
  readonly batchId: string | null;
  readonly executionId: string | null;
  /** The digest that a content-addressed key carries. */
  readonly sha256: string | null;
}

export type KeyType =
  | 'store'
  | 'collection'
  | 'submission'
  | 'request'
  | 'contents'
  | 'output'
  | 'errors'
  | 'residue'
  | 'sealed'
  | 'cancelled'
  | 'published'
  | 'delta'
  | 'segment'
  | 'index'
  | 'dead'
  | 'segment-receipt'
  | 'snapshot'
  | 'latest'
  | 'pending'
  | 'input'
  | 'work'
  | 'receipt'
  | 'failure'
  | 'accusation'
  | 'attempt'
  | 'events'
  | 'running'
  | 'outcome';

const name = '(?<collection>[a-z0-9][a-z0-9_-]{2,62})';
const inCollection = `collections/${name}`;
const inBatch = `${inCollection}/batches/(?<batchId>[a-z0-9-]+)`;
const inExecution = 'executions/(?<executionId>[a-z0-9-]+)';
const hex = '(?<sha256>[0-9a-f]{64})';
const count = '(?:0|[1-9][0-9]*)';
const task = `${count}/[a-z-]+/${count}`;

const patterns: readonly (readonly [KeyType, KeyClass, RegExp])[] = [
  ['store', 'fact', /^alluvium\.json$/],
  ['collection', 'fact', new RegExp(`^${inCollection}/collection\\.json$`)],
  ['submission', 'fact', new RegExp(`^${inCollection}/submissions/[0-9]{20}\\.json$`)],
  ['request', 'data', new RegExp(`^${inBatch}/request\\.jsonl$`)],
  ['contents', 'data', new RegExp(`^${inBatch}/contents$`)],
  ['output', 'data', new RegExp(`^${inBatch}/output/${hex}\\.jsonl$`)],
  ['errors', 'data', new RegExp(`^${inBatch}/errors/${hex}\\.jsonl$`)],
  ['residue', 'fact', new RegExp(`^${inBatch}/residue/[0-9a-f]{64}\\.json$`)],
  ['sealed', 'fact', new RegExp(`^${inBatch}/sealed\\.json$`)],
  ['cancelled', 'fact', new RegExp(`^${inBatch}/cancelled\\.json$`)],
  ['published', 'fact', new RegExp(`^${inBatch}/published/${count}\\.json$`)],
  ['delta', 'data', new RegExp(`^${inCollection}/deltas/[a-z0-9-]+\\.arrow$`)],
  ['segment', 'data', new RegExp(`^${inCollection}/segments/[a-z0-9-]+\\.arrow$`)],
  ['index', 'data', new RegExp(`^${inCollection}/segments/[a-z0-9-]+\\.index$`)],
  ['dead', 'data', new RegExp(`^${inCollection}/segments/[a-z0-9-]+\\.dead/[a-z0-9-]+$`)],
  ['segment-receipt', 'fact', new RegExp(`^${inCollection}/receipts/[0-9a-f]{64}\\.json$`)],
  ['snapshot', 'fact', new RegExp(`^${inCollection}/snapshots/[0-9]{20}\\.json$`)],
  ['latest', 'hint', new RegExp(`^${inCollection}/latest$`)],
  ['pending', 'hint', new RegExp(`^pending/${name}/(?<batchId>[a-z0-9-]+)$`)],
  ['input', 'fact', new RegExp(`^${inExecution}/input\\.json$`)],
  ['work', 'fact', new RegExp(`^${inExecution}/work/${count}/[a-z-]+\\.json$`)],
  ['receipt', 'fact', new RegExp(`^${inExecution}/receipts/${task}\\.json$`)],
  ['failure', 'fact', new RegExp(`^${inExecution}/failures/${task}\\.json$`)],
  ['accusation', 'fact', new RegExp(`^${inExecution}/accusations/[a-z0-9-]+\\.json$`)],
  ['attempt', 'fact', new RegExp(`^${inExecution}/attempts/${task}/${count}\\.(started|ended)\\.json$`)],
  ['events', 'fact', new RegExp(`^${inExecution}/events/[0-9]{20}\\.json$`)],
  ['running', 'hint', /^running\/(?<executionId>[a-z0-9-]+)$/],
  ['outcome', 'fact', new RegExp(`^${inExecution}/outcome\\.json$`)],
];

/** What lies at `key`, or null when no maker of this file could have made it. */
export function parseKey(key: string): ParsedKey | null {
  for (const [type, keyClass, pattern] of patterns) {
    const groups = pattern.exec(key)?.groups ?? (pattern.test(key) ? {} : null);
    if (groups === null) continue;
    return {
      type,
      class: keyClass,
      collection: groups['collection'] ?? null,
      batchId: groups['batchId'] ?? null,
      executionId: groups['executionId'] ?? null,
      sha256: groups['sha256'] ?? null,
    };
  }
  return null;
}

/** The last part of a key without its extension. */
export function keyStem(key: string): string {
  const last = key.slice(key.lastIndexOf('/') + 1);
  const dot = last.indexOf('.');
  return dot === -1 ? last : last.slice(0, dot);
}

/** `PollBatches` → `poll-batches`. */
function kebab(state: string): string {
  return state.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
}
