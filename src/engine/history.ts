import type { EventDetails, HistoryEvent, HistoryPage } from '../domain/facts.ts';
import { type AlluviumError, toAlluviumError } from '../domain/errors.ts';
import { executionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { durationBetween, repeatEvery, timestamp } from '../runtime/clock.ts';
import type { Store } from '../store/contract.ts';
import { createFact, requireFact } from '../store/facts.ts';

/**
 * Writes an execution's history.
 *
 * 1. One writer: the coordinator. Pages are put with `ifAbsent`, and a writer that loses a page's number has been taken over: it stops.
 * 2. Ids rise by one; each event names the one that led to it: the last of its own item, or of the execution.
 * 3. An event is written once, however often a resumed execution passes by it.
 * 4. A page is written at least every `heartbeatMs`, empty if need be: an execution that writes none is dead.
 * 5. What cannot be written now is written later: no history is worth ending an execution. A page whose put failed may stand all the
 *    same, so that it is put again as it was.
 */
export interface NewEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly state?: string | null;
  readonly round?: number | null;
  readonly index?: number | null;
  readonly details?: EventDetails;
}

export class HistoryWriter {
  readonly #store: Store;
  readonly #executionId: string;
  readonly #seen = new Set<string>();
  readonly #lastOf = new Map<string, number>();
  readonly #onTakenOver: () => void;
  #buffer: HistoryEvent[] = [];
  /** The page that is being written. */
  #page: HistoryPage | null = null;
  #failure: AlluviumError | null = null;
  #lastId = 0;
  #nextPage = 1;
  #lastPageAt = timestamp();
  #writing: Promise<void> = Promise.resolve();
  #stopTicking: () => void = () => undefined;
  #takenOver = false;

  private constructor(store: Store, executionId: string, onTakenOver: () => void) {
    this.#store = store;
    this.#executionId = executionId;
    this.#onTakenOver = onTakenOver;
  }

  /** Goes on from what is written; `onTakenOver` is called once, when another writer has gone on from the same place. */
  static async open(store: Store, executionId: string, onTakenOver: () => void): Promise<HistoryWriter> {
    const writer = new HistoryWriter(store, executionId, onTakenOver);
    for await (const page of readHistoryPages(store, executionId)) {
      for (const event of page.events) writer.#note(event);
      writer.#nextPage += 1;
    }
    await writer.#writePage();
    writer.#stopTicking = repeatEvery(limits.historyFlushMs, () => writer.#tick());
    return writer;
  }

  get isTakenOver(): boolean {
    return this.#takenOver;
  }

  add(event: NewEvent): void {
    const full = { state: null, round: null, index: null, details: {}, ...event };
    if (this.#seen.has(identity(full))) return;
    const next = {
      ...full,
      id: this.#lastId + 1,
      previousId: this.#lastOf.get(chain(full)) ?? this.#lastOf.get('') ?? 0,
    };
    this.#note(next);
    this.#buffer.push(next);
  }

  /** Writes what is left, and stops. Gives the error that kept it from being written. */
  async close(): Promise<AlluviumError | null> {
    this.#stopTicking();
    this.#flush(false);
    await this.#writing;
    return this.#failure;
  }

  #note(event: HistoryEvent): void {
    this.#seen.add(identity(event));
    this.#lastId = event.id;
    this.#lastOf.set(chain(event), event.id);
  }

  #tick(): void {
    const isSilent = durationBetween(this.#lastPageAt, timestamp()) >= limits.heartbeatMs;
    if (isSilent || this.#buffer.length > 0) this.#flush(isSilent);
  }

  #flush(evenNothing: boolean): void {
    this.#writing = this.#writing.then(async () => {
      try {
        if (evenNothing) await this.#writePage();
        while (this.#buffer.length > 0 && !this.#takenOver) await this.#writePage();
        this.#failure = null;
      } catch (thrown) {
        this.#failure = toAlluviumError(thrown);
      }
    });
  }

  async #writePage(): Promise<void> {
    if (this.#takenOver) return;
    const page = (this.#page ??= {
      writtenAt: timestamp(),
      events: this.#buffer.slice(0, limits.historyPageEventsMax),
    });
    const key = executionKeys(this.#executionId).eventPage(this.#nextPage);
    const { created } = await createFact<HistoryPage>(this.#store, key, page);
    this.#page = null;
    if (created) {
      this.#buffer = this.#buffer.slice(page.events.length);
      this.#nextPage += 1;
      this.#lastPageAt = page.writtenAt;
    } else {
      this.#takenOver = true;
      this.#onTakenOver();
    }
  }
}

/** The pages of an execution's history, in their order. */
export async function* readHistoryPages(store: Store, executionId: string): AsyncGenerator<HistoryPage> {
  for await (const { key } of store.list(executionKeys(executionId).events)) {
    yield (await requireFact<HistoryPage>(store, key)).fact;
  }
}

/** An execution's history, in the order of ids. */
export async function* readHistory(store: Store, executionId: string): AsyncGenerator<HistoryEvent> {
  for await (const page of readHistoryPages(store, executionId)) yield* page.events;
}

type Placed = Pick<HistoryEvent, 'type' | 'state' | 'round' | 'index' | 'details'>;

function identity({ type, state, round, index, details }: Placed): string {
  return [type, state, round, index, details['attempt'], details['deltaKey']].join(' ');
}

function chain({ state, round, index }: Placed): string {
  return index === null ? '' : `${state} ${round} ${index}`;
}
