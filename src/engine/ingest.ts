import { availableParallelism } from 'node:os';
import { loadConfig } from '../config.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { sha256Hex } from '../domain/digest.ts';
import { invalid, reportError, toAlluviumError } from '../domain/errors.ts';
import type { ExecutionInput, ExecutionSettings, OutcomeFact } from '../domain/facts.ts';
import type { Stored } from '../domain/fact.ts';
import { executionKeys, runningKey } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { readCollection } from '../ledger/read-collections.ts';
import { definition } from '../pipeline/definition.ts';
import type { IngestEvent } from '../pipeline/events.ts';
import type { Provider } from '../provider/contract.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import { timestamp } from '../runtime/clock.ts';
import { newId } from '../runtime/random.ts';
import { createFact } from '../store/facts.ts';
import { LocalStore } from '../store/local.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { type Executor, inlineExecutor, processExecutor, splitExecutor } from './executor.ts';
import { runExecution } from './run-execution.ts';
import { closeExecution, findAbandoned } from './takeover.ts';

export const concurrencyDefault = 5;
export const deltasPerChunkDefault = 10;

export interface IngestOptions {
  /** Default: every collection. */
  readonly collections?: readonly string[] | undefined;
  /** Worker processes; 0 runs the steps in this process. Default: one a core. */
  readonly workers?: number | undefined;
  /** Items of a Map under way at once. */
  readonly concurrency?: number | undefined;
  readonly deltasPerChunk?: number | undefined;
  /** Providers of your own that are functions of this process, such as `embedWith(…)`: their batches are embedded here. */
  readonly providers?: readonly Provider[] | undefined;
  /** A configuration file with providers, which every worker process loads. */
  readonly configPath?: string | undefined;
  /** Starts no further task after so many milliseconds: what was done is concluded, what was not stays pending. */
  readonly timeLimitMs?: number | undefined;
  /** An execution that has shown no life for so long is ended by this one. Default {@link limits.takeoverAfterMs}. */
  readonly takeoverAfterMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: IngestEvent) => void) | undefined;
}

/** The `--json` contract of `ingest`. */
export interface IngestResult extends Pick<
  OutcomeFact,
  'executionId' | 'outcome' | 'stopped' | 'durationMs' | 'collections' | 'error'
> {
  /** Executions of a process that had died, which this one ended first. */
  readonly takenOver: readonly string[];
}

/**
 * Brings home every batch that is on its way, and publishes what came: one execution of the state machine. Ends the executions of processes
 * that died, and goes on from the facts that any earlier one left.
 *
 * Resolves with the outcome, whatever it is; throws only where no outcome could be reached.
 *
 * @example
 * const { outcome, collections } = await ingest(await openStore('./.alluvium'));
 */
export async function ingest(store: AlluviumStore, options: IngestOptions = {}): Promise<IngestResult> {
  const settings = checkSettings(options);
  for (const collection of options.collections ?? []) await readCollection(store.store, collection);
  throwIfCanceled(options.signal);

  const executor = await chooseExecutor(store, settings.workers, options);
  const abort = (): void => void executor.close();
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await runExecutions(store, settings, executor, options);
  } finally {
    options.signal?.removeEventListener('abort', abort);
    await executor.close();
  }
}

/** Ends what dead processes began, then runs an execution of our own. One that somebody else took over is begun anew. */
async function runExecutions(
  store: AlluviumStore,
  settings: ExecutionSettings,
  executor: Executor,
  options: IngestOptions,
): Promise<IngestResult> {
  const { collections = null, takeoverAfterMs = limits.takeoverAfterMs } = options;
  const takenOver: string[] = [];
  for (;;) {
    const abandoned = await findAbandoned(store.store, { documentHash, collections, takeoverAfterMs });
    if (abandoned === null) {
      const input = await beginExecution(store, settings, collections);
      const outcome = await runExecution(store, input, false, executor, options);
      if (outcome !== null) return resultOf(outcome.fact, takenOver);
    } else if (await endAbandoned(store, abandoned, executor, options)) takenOver.push(abandoned.fact.executionId);
  }
}

/** Whether it was ended by us. One whose facts are damaged cannot be gone on with: it is closed, and they keep no other from its work. */
async function endAbandoned(
  store: AlluviumStore,
  input: Stored<ExecutionInput>,
  executor: Executor,
  options: IngestOptions,
): Promise<boolean> {
  try {
    return (await runExecution(store, input, true, executor, options)) !== null;
  } catch (thrown) {
    const error = toAlluviumError(thrown);
    if (error.kind !== 'Corrupt') throw error;
    await closeExecution(store.store, input, reportError(error));
    return true;
  }
}

interface Settings extends ExecutionSettings {
  readonly workers: number;
}

function checkSettings({ concurrency, deltasPerChunk, workers }: IngestOptions): Settings {
  return {
    concurrency: within('concurrency', concurrency ?? concurrencyDefault, 1, limits.mapConcurrencyMax),
    deltasPerChunk: within('deltasPerChunk', deltasPerChunk ?? deltasPerChunkDefault, 1, limits.deltasPerChunkMax),
    workers: within('workers', workers ?? availableParallelism(), 0, limits.workersMax),
  };
}

const documentHash = sha256Hex(canonicalJson(definition));

function resultOf(
  { executionId, outcome, stopped, durationMs, collections, error }: OutcomeFact,
  takenOver: readonly string[],
): IngestResult {
  return { executionId, outcome, stopped, durationMs, collections, error, takenOver };
}

async function beginExecution(
  { store, stage }: AlluviumStore,
  { concurrency, deltasPerChunk }: ExecutionSettings,
  collections: readonly string[] | null,
): Promise<Stored<ExecutionInput>> {
  const executionId = newId();
  await store.put(runningKey(executionId), Buffer.alloc(0));
  const body = { executionId, stage, startedAt: timestamp(), documentHash, collections };
  const settings = { concurrency, deltasPerChunk };
  return (await createFact<ExecutionInput>(store, executionKeys(executionId).input, { ...body, settings })).stored;
}

async function chooseExecutor(
  store: AlluviumStore,
  workers: number,
  { providers = [], configPath, signal }: IngestOptions,
): Promise<Executor> {
  const isShared = store.store instanceof LocalStore;
  if (workers === 0 || !isShared) {
    const configured =
      configPath === undefined ? [] : ((await loadConfig(configPath, process.cwd())).config.providers ?? []);
    return inlineExecutor({ store: store.store, providers: [...providers, ...configured], signal });
  }
  const here = inlineExecutor({ store: store.store, providers, signal });
  const there = processExecutor(workers, { url: store.url, stage: store.stage, configPath: configPath ?? null });
  return providers.length === 0 ? there : splitExecutor(here, new Set(['PollBatch']), there);
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid('setting-range', `${name} is a whole number from ${min} to ${max}: ${value}`, {
    details: { name, value },
  });
}
