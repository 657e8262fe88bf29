import { type ErrorReport, unavailable } from '../domain/errors.ts';
import type { AttemptEnded, AttemptStarted, ToldEvent } from '../domain/facts.ts';
import { executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import type { StepName, TaskInput } from '../pipeline/task.ts';
import { timestamp } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { createFact, findFact } from '../store/facts.ts';

/**
 * The runs of an execution's tasks.
 *
 * 1. A run's number is the next free `<n>.started`, put with `ifAbsent` before the run.
 * 2. `<n>.ended` follows whether the run returned or threw. A run without it died together with its coordinator.
 * 3. A task with `unendedAttemptsMax` such runs kills whoever runs it: it fails as `Unavailable`, and the others go on.
 */
export interface Attempt extends AttemptStarted {
  /** Null for a task that is given up: it is not to be run again. */
  readonly end: (error: ErrorReport | null, told: readonly ToldEvent[]) => Promise<AttemptEnded>;
}

export async function beginAttempt(
  store: Store,
  name: StepName,
  { executionId, round, item }: TaskInput,
): Promise<Attempt> {
  const keys = executionKeys(executionId);
  let unended = 0;
  for (let attempt = 0; ; attempt++) {
    const { started, ended } = keys.attempt(round, name, item, attempt);
    if (unended === limits.unendedAttemptsMax) throw deadly(name, item);
    const body: AttemptStarted = { state: name, attempt, startedAt: timestamp() };
    if ((await store.head(started)) === null && (await createFact(store, started, body)).created) {
      return {
        ...body,
        end: async (error, told) => {
          const { stored } = await createFact<AttemptEnded>(store, ended, {
            ...body,
            endedAt: timestamp(),
            error,
            told,
          });
          return stored.fact;
        },
      };
    }
    if ((await findFact(store, ended)) === null) unended += 1;
  }
}

/** What ran of a task so far; `ended` is null for a run that died, or is still under way. */
export interface EarlierAttempt {
  readonly started: AttemptStarted;
  readonly ended: AttemptEnded | null;
}

export async function* readAttempts(
  store: Store,
  name: StepName,
  { executionId, round, item }: TaskInput,
): AsyncGenerator<EarlierAttempt> {
  for (let attempt = 0; ; attempt++) {
    const keys = executionKeys(executionId).attempt(round, name, item, attempt);
    const started = await findFact<AttemptStarted>(store, keys.started);
    if (started === null) return;
    const ended = await findFact<AttemptEnded>(store, keys.ended);
    yield { started: started.fact, ended: ended?.fact ?? null };
  }
}

function deadly(name: StepName, item: number) {
  return unavailable(
    'child-died',
    `a task died ${limits.unendedAttemptsMax} times together with its process: ${name} ${item}`,
    {
      hint: 'look for what kills the process, such as the memory limit of the machine; the other items go on',
      details: { state: name, item },
    },
  );
}
