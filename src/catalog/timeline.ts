import type { EventDetails, HistoryEvent } from '../domain/facts.ts';
import { must } from '../domain/must.ts';

/** A state of the machine from its entry to its exit, once a round. */
export interface StateSpan {
  readonly state: string;
  readonly round: number | null;
  readonly enteredAt: string;
  /** Null where it was not left: the execution died in it, or is still there. */
  readonly exitedAt: string | null;
  /** Of a Map; 0 otherwise. */
  readonly items: number;
  /** How its items ended, by their own word. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** An item of a Map from its first start to its end. */
export interface ItemSpan {
  readonly state: string;
  readonly round: number | null;
  /** 0-based. */
  readonly index: number;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  /** Runs of its task. */
  readonly attempts: number;
  /** Why its last run that failed did. */
  readonly error: EventDetails | null;
}

/** The states that a history passed through, in the order of entry. */
export function stateSpans(events: readonly HistoryEvent[]): StateSpan[] {
  const items = itemSpans(events);
  return events.filter(isEntry).map(({ state, round, timestamp }) => {
    const exit = events.find((event) => event.type.endsWith('StateExited') && isSamePlace(event, { state, round }));
    const own = items.filter((item) => isSamePlace(item, { state, round }));
    return {
      state: state ?? '',
      round,
      enteredAt: timestamp,
      exitedAt: exit?.timestamp ?? null,
      items: own.length,
      outcomes: countOutcomes(own),
    };
  });
}

/** The items of every Map, in the order of their start. */
export function itemSpans(events: readonly HistoryEvent[]): ItemSpan[] {
  const byItem = Map.groupBy(
    events.filter(({ index }) => index !== null),
    ({ state, round, index }) => `${state} ${round} ${index}`,
  );
  return [...byItem.values()].map((own) => itemSpan(own));
}

function itemSpan(own: readonly HistoryEvent[]): ItemSpan {
  // What the machine tells and what its tasks tell may cross on the way.
  const { state, round, index, timestamp } = must(own.toSorted(compareTimes)[0]);
  const end = own.findLast(({ type }) => type.startsWith('MapIteration') && type !== 'MapIterationStarted');
  const outcome = end?.details['outcome'];
  return {
    state: state ?? '',
    round,
    index: index ?? 0,
    startedAt: timestamp,
    endedAt: end?.timestamp ?? null,
    outcome: typeof outcome === 'string' ? outcome : (end?.type ?? null),
    attempts: own.filter(({ type }) => type === 'TaskStarted').length,
    error: own.findLast(({ type }) => type === 'TaskFailed')?.details ?? null,
  };
}

function compareTimes(a: HistoryEvent, b: HistoryEvent): number {
  return a.timestamp < b.timestamp ? -1 : Number(a.timestamp > b.timestamp);
}

type Place = Pick<HistoryEvent, 'state' | 'round'>;

/** `TaskStateEntered`, `MapStateEntered`, … */
function isEntry({ type }: HistoryEvent): boolean {
  return type.endsWith('StateEntered');
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.state === b.state && a.round === b.round;
}

function countOutcomes(items: readonly ItemSpan[]): Record<string, number> {
  const byOutcome = Map.groupBy(items, ({ outcome }) => outcome ?? 'unended');
  return Object.fromEntries([...byOutcome].map(([outcome, members]) => [outcome, members.length]));
}
