import { availableParallelism } from 'node:os';
import { loadConfig } from '../config.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { sha256Hex } from '../domain/digest.ts';
import { type AlluviumError, internal, invalid } from '../domain/errors.ts';
import type { ExecutionInput, OutcomeFact } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { readCollection } from '../ledger/read-collections.ts';
import { definition } from '../pipeline/definition.ts';
import type { IngestEvent } from '../pipeline/events.ts';
import type { StepContext } from '../pipeline/task.ts';
import type { Provider } from '../provider/contract.ts';
import { timestamp } from '../runtime/clock.ts';
import { newId } from '../runtime/random.ts';
import { createFact, findFact } from '../store/facts.ts';
import { LocalStore } from '../store/local.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { runEmbedded } from './embedded.ts';
import { type Executor, inlineExecutor, processExecutor, splitExecutor } from './executor.ts';

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
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: IngestEvent) => void) | undefined;
}

/** The `--json` contract of `ingest`. */
export type IngestResult = Pick<OutcomeFact, 'executionId' | 'outcome' | 'durationMs' | 'collections' | 'error'>;

/**
 * Brings home every batch that is on its way, and publishes what came: one execution of the state machine. Goes on from the facts that
 * any earlier execution left.
 *
 * Resolves with the outcome, whatever it is; throws only where no outcome could be reached.
 *
 * @example
 * const { outcome, collections } = await ingest(await openStore('./.alluvium'));
 */
export async function ingest(store: AlluviumStore, options: IngestOptions = {}): Promise<IngestResult> {
  const settings = {
    concurrency: within('concurrency', options.concurrency ?? concurrencyDefault, 1, limits.mapConcurrencyMax),
    deltasPerChunk: within(
      'deltasPerChunk',
      options.deltasPerChunk ?? deltasPerChunkDefault,
      1,
      limits.deltasPerChunkMax,
    ),
  };
  const workers = within('workers', options.workers ?? availableParallelism(), 0, limits.workersMax);
  for (const collection of options.collections ?? []) await readCollection(store.store, collection);

  const executionId = newId();
  const report = options.onEvent ?? (() => undefined);
  const keys = executionKeys(executionId);
  await createFact<ExecutionInput>(store.store, keys.input, {
    executionId,
    stage: store.stage,
    startedAt: timestamp(),
    documentHash: sha256Hex(canonicalJson(definition)),
    collections: options.collections ?? null,
    settings,
  });
  report({ type: 'ExecutionStarted', executionId });

  const executor = await chooseExecutor(store, workers, options, report);
  const start = { executionId, round: 0, concurrency: settings.concurrency } as const;
  let last: AlluviumError | null = null;
  try {
    last = await runEmbedded(start, executor, options.signal);
  } finally {
    await executor.close();
  }
  const outcome = await findFact<OutcomeFact>(store.store, keys.outcome);
  if (outcome === null)
    throw last ?? internal('outcome-absent', `the execution ended without an outcome: ${executionId}`);
  const { outcome: ended, durationMs, collections, error } = outcome.fact;
  return { executionId, outcome: ended, durationMs, collections, error };
}

async function chooseExecutor(
  store: AlluviumStore,
  workers: number,
  { providers = [], configPath, signal }: IngestOptions,
  report: StepContext['report'],
): Promise<Executor> {
  const isShared = store.store instanceof LocalStore;
  if (workers === 0 || !isShared) {
    const configured =
      configPath === undefined ? [] : ((await loadConfig(configPath, process.cwd())).config.providers ?? []);
    return inlineExecutor({ store: store.store, providers: [...providers, ...configured], signal, report });
  }
  const here = inlineExecutor({ store: store.store, providers, signal, report });
  const there = processExecutor(
    workers,
    { url: store.url, stage: store.stage, configPath: configPath ?? null },
    report,
  );
  return providers.length === 0 ? there : splitExecutor(here, new Set(['PollBatch']), there);
}

function within(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid('setting-range', `${name} is a whole number from ${min} to ${max}: ${value}`, {
    details: { name, value },
  });
}
