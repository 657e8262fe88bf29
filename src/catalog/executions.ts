import { type AlluviumError, type ErrorReport, notFound } from '../domain/errors.ts';
import type { Stored } from '../domain/fact.ts';
import type {
  CollectionOutcome,
  ExecutionInput,
  ExecutionSettings,
  HistoryEvent,
  Outcome,
  OutcomeFact,
} from '../domain/facts.ts';
import { executionKeys, executionsPrefix, parseKey } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { readHistoryPages } from '../engine/history.ts';
import { findPollWork } from '../pipeline/execution-facts.ts';
import { mapParallel } from '../runtime/parallel.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { findFact } from '../store/facts.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { type ItemSpan, itemSpans, type StateSpan, stateSpans } from './timeline.ts';

/** An execution in one line. */
export interface ExecutionSummary {
  readonly executionId: string;
  readonly startedAt: string;
  /** Null while it has not ended: it is under way, or its process died and the next `ingest` goes on with it. */
  readonly endedAt: string | null;
  readonly outcome: Outcome | null;
  readonly stage: string;
  /** Their names. */
  readonly collections: readonly string[];
}

/** The `--json` contract of `executions show`. */
export interface ExecutionDetails extends ExecutionSummary {
  readonly durationMs: number | null;
  /** Whether a time limit ended it before everything was done. */
  readonly stopped: boolean;
  /** When it last showed that it lives; null where it never did. */
  readonly shownAt: string | null;
  readonly settings: ExecutionSettings;
  readonly outcomes: readonly CollectionOutcome[];
  readonly error: ErrorReport | null;
  readonly states: readonly StateSpan[];
  readonly items: readonly ItemSpan[];
  /** The history in the order of ids: one clock, UTC in milliseconds. */
  readonly events: readonly HistoryEvent[];
}

/**
 * Every execution, oldest first: ids sort by time.
 *
 * @example
 * const { executions } = await listExecutions(store);
 * console.log(executions.at(-1)?.outcome);
 */
export async function listExecutions(
  { store }: AlluviumStore,
  options: RequestOptions = {},
): Promise<{ readonly executions: readonly ExecutionSummary[] }> {
  const executionIds = await executionIdsOf(store, options);
  const found = await mapParallel(executionIds, limits.storeConcurrency, async (executionId) =>
    findExecution(store, executionId, options),
  );
  const executions = found.filter((execution) => execution !== null).map(({ summary }) => summary);
  return { executions };
}

/**
 * One execution: its outcome, its states and items on one clock, and its whole history.
 *
 * @throws `NotFound` where there is none of this id.
 * @example
 * const { executionId } = await ingest(store);
 * const { states, items, events } = await showExecution(store, executionId);
 */
export async function showExecution(
  { store }: AlluviumStore,
  executionId: string,
  options: RequestOptions = {},
): Promise<ExecutionDetails> {
  const execution = await findExecution(store, executionId, options);
  if (execution === null) throw executionAbsent(executionId, await executionIdsOf(store, options));
  const { summary, input, outcome } = execution;
  const events: HistoryEvent[] = [];
  let shownAt: string | null = null;
  for await (const page of readHistoryPages(store, executionId)) {
    events.push(...page.events);
    shownAt = page.writtenAt;
  }
  return {
    ...summary,
    durationMs: outcome?.durationMs ?? null,
    stopped: outcome?.stopped ?? false,
    shownAt,
    settings: input.settings,
    outcomes: outcome?.collections ?? [],
    error: outcome?.error ?? null,
    states: stateSpans(events),
    items: itemSpans(events),
    events,
  };
}

interface FoundExecution {
  readonly summary: ExecutionSummary;
  readonly input: ExecutionInput;
  readonly outcome: OutcomeFact | null;
}

/** Null where an id has no input: then the execution never began. */
async function findExecution(
  store: Store,
  executionId: string,
  options: RequestOptions,
): Promise<FoundExecution | null> {
  const keys = executionKeys(executionId);
  const input: Stored<ExecutionInput> | null = isExecutionId(executionId)
    ? await findFact<ExecutionInput>(store, keys.input, options)
    : null;
  if (input === null) return null;
  const outcome = (await findFact<OutcomeFact>(store, keys.outcome, options))?.fact ?? null;
  const { startedAt, stage } = input.fact;
  const collections = await collectionsOf(store, input.fact, outcome);
  const ending = { endedAt: outcome?.endedAt ?? null, outcome: outcome?.outcome ?? null };
  return { summary: { executionId, startedAt, ...ending, stage, collections }, input: input.fact, outcome };
}

/** Those it was asked for or, where it was asked for all, those it found. */
async function collectionsOf(
  store: Store,
  { executionId, collections }: ExecutionInput,
  outcome: OutcomeFact | null,
): Promise<readonly string[]> {
  if (collections !== null) return collections;
  const found = outcome?.collections ?? (await findPollWork(store, executionId))?.collections ?? [];
  return found.map(({ collection }) => collection);
}

async function executionIdsOf(store: Store, options: RequestOptions): Promise<string[]> {
  const executionIds: string[] = [];
  for await (const { key } of store.list(executionsPrefix, options)) {
    const parsed = parseKey(key);
    if (parsed?.type === 'input' && parsed.executionId !== null) executionIds.push(parsed.executionId);
  }
  return executionIds;
}

/** What is no id would be no key either. */
function isExecutionId(text: string): boolean {
  return parseKey(executionKeys(text).input) !== null;
}

function executionAbsent(executionId: string, known: readonly string[]): AlluviumError {
  const newest = known.at(-1);
  const hint =
    newest === undefined
      ? 'there are none yet: alluvium ingest'
      : `there are ${known.length} (alluvium executions list), the newest is ${newest}`;
  return notFound('execution-absent', `there is no such execution: ${executionId}`, { hint, details: { executionId } });
}
