import type { AlluviumError, ErrorReport } from '../domain/errors.ts';
import type { AccusationFact, ChunkPlan, FailureFact, Outcome } from '../domain/facts.ts';
import { isBalanced } from '../domain/ledger.ts';
import { pendingOf, residueOf } from '../ledger/batch-state.ts';
import type { CollectionAccount } from '../ledger/read-ledger.ts';

/** Everything that decides how an execution ended for one collection: all of it read from facts. */
export interface Evidence {
  readonly account: CollectionAccount;
  /** Whether a time limit ended the execution: what was not reached is then pending, and no failure. */
  readonly stopped: boolean;
  /** Ids of the batches that the execution set out to bring home. */
  readonly batchIds: ReadonlySet<string>;
  /** Of those, the ones whose task ended well, so that what is not sealed is still at the provider. */
  readonly polledIds: ReadonlySet<string>;
  /** The chunks of all rounds; null where the execution did not come as far as to plan any. */
  readonly chunks: readonly ChunkPlan[] | null;
  readonly accusations: readonly AccusationFact[];
  readonly failures: readonly FailureFact[];
}

export interface Judgement {
  readonly outcome: Outcome;
  readonly reasons: readonly string[];
}

/** The first that holds: a refused publish, something ready that is nowhere, something left out, otherwise complete. */
export function judgeCollection(evidence: Evidence): Judgement {
  const { account, failures, accusations } = evidence;
  const refused = failures.filter(({ error }) => error.code === 'publish-imbalance');
  if (refused.length > 0) return judgement('Failed', refused.map(failureReason));
  const isDamaged = account.open.some(({ damage }) => damage !== null);
  // A batch whose facts are damaged is counted as pending, whatever of it is published.
  if (!isBalanced(account.ledger) && !isDamaged) {
    return judgement('Failed', ['the ledger does not balance; run alluvium audit']);
  }

  const stranded = strandedRows(evidence);
  if (stranded > 0 && !(evidence.stopped && failures.length === 0)) {
    return judgement('Inconclusive', [
      `${stranded} records were ready and are not published`,
      ...failures.map(failureReason),
    ]);
  }
  const leftOut = [
    ...accusations.map(({ accusedKey, error }) => `left out ${accusedKey}: ${error.code}`),
    ...damagedSince(evidence).map((error) => `left out a batch: ${error.message}`),
  ];
  const residue = residueMade(evidence);
  if (residue > 0) leftOut.push(`${residue} records came back without a usable vector`);
  return leftOut.length > 0 ? judgement('CompleteWithQuarantine', leftOut) : judgement('Complete', []);
}

/**
 * Rows that were ready for this execution and are neither published nor accused nor still at the provider. A round plans every delta that is
 * ready: what no round has planned was sealed afterwards by another execution, which is to publish it.
 */
function strandedRows({ account, batchIds, polledIds, chunks, accusations }: Evidence): number {
  const accused = new Set(accusations.map(({ batchId, part }) => `${batchId}/${part ?? 'all'}`));
  const planned = new Set(chunks?.flatMap(({ deltas }) => deltas.map(({ batchId, part }) => `${batchId}/${part}`)));
  let rows = 0;
  for (const state of account.open) {
    const { batchId } = state.entry;
    if (!batchIds.has(batchId) || accused.has(`${batchId}/all`)) continue;
    if (state.sealed === null) rows += polledIds.has(batchId) ? 0 : pendingOf(state).rows;
    else {
      for (const { part, tally } of state.unpublished) {
        const place = `${batchId}/${part}`;
        const wasReady = chunks === null || planned.has(place);
        rows += wasReady && !accused.has(place) ? tally.rows : 0;
      }
    }
  }
  return rows;
}

/** Batches whose facts cannot be read any more, although the execution has not met them. */
function damagedSince({ account, accusations }: Evidence): AlluviumError[] {
  const known = new Set(accusations.map(({ batchId }) => batchId));
  return account.open.flatMap(({ entry, damage }) => (damage === null || known.has(entry.batchId) ? [] : [damage]));
}

/** Of batches that this execution brought home, or that one which died had sealed before it could say so. */
function residueMade({ account, batchIds }: Evidence): number {
  return account.open
    .filter(({ entry }) => batchIds.has(entry.batchId))
    .reduce((rows, state) => rows + residueOf(state).rows, 0);
}

function failureReason({ state, item, error }: FailureFact): string {
  return `${state} ${item}: ${describe(error)}`;
}

export function describe({ kind, code, message }: ErrorReport): string {
  return `${kind}: ${code}: ${message}`;
}

function judgement(outcome: Outcome, reasons: readonly string[]): Judgement {
  return { outcome, reasons };
}
