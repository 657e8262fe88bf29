import type { Digest } from '../domain/digest.ts';
import { type AlluviumError, invalid, toAlluviumError } from '../domain/errors.ts';
import type { ObjectRef, Stored } from '../domain/fact.ts';
import type { CollectionSettings, SubmissionFact } from '../domain/facts.ts';
import { excerpt } from '../domain/excerpt.ts';
import { assertName } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { type CollectionAccount, readLedger } from '../ledger/read-ledger.ts';
import { givenName } from '../provider/given.ts';
import { createFolder } from '../provider/request-file.ts';
import { throwIfCanceled } from '../runtime/cancellation.ts';
import type { AlluviumStore } from '../store/open-store.ts';
import { BatchWriter, type WrittenBatch } from './batch-writer.ts';
import { chooseCollection, createCollection } from './choose-collection.ts';
import { commitSubmission } from './commit-submission.ts';
import { chooseFolder, writeRequestFiles } from './request-folder.ts';
import { IdTable } from './id-table.ts';
import { type HandedRecord, normalizeRecord } from './normalize-record.ts';
import { StandingRecords } from './standing-records.ts';
import type { InputLine, InputRecord, SubmitOptions, SubmitResult } from './types.ts';

export const recordsPerBatchDefault = 500;

/**
 * Hands in records. All or nothing: a bad line, a repeated id or a crash leaves the collection as it was.
 *
 * @throws `Invalid` naming every bad line (the first {@link limits.examplesMax}), unless `skipInvalid`.
 * @example
 * const { records, skipped } = await submit(store, 'notes', readInput('notes.jsonl'), { recordsPerBatch: 50 });
 */
export async function submit(
  store: AlluviumStore,
  collection: string,
  lines: AsyncIterable<InputLine>,
  options: SubmitOptions = {},
): Promise<SubmitResult> {
  assertName('collection', collection);
  const account = await readLedger(store.store, collection, options);
  const handIn = new HandIn(store, collection, account, options);
  try {
    for await (const line of lines) await handIn.take(line);
    return await handIn.commit();
  } catch (error) {
    await handIn.undo();
    throw error;
  }
}

/** One hand-in while its lines arrive: a window of records at a time is looked up, then skipped or put into a batch. */
class HandIn {
  readonly #store: AlluviumStore;
  readonly #collection: string;
  readonly #account: CollectionAccount;
  readonly #options: SubmitOptions;

  #settings: CollectionSettings | null = null;
  #standing: StandingRecords | null = null;
  #writer: BatchWriter | null = null;
  #folder: string | undefined;
  #window: HandedRecord[] = [];
  #windowBytes = 0;
  readonly #problems: AlluviumError[] = [];

  readonly #ids = new IdTable();
  readonly #firstLines: number[] = [];
  readonly #contents: Digest[] = [];
  readonly #wasSkipped: boolean[] = [];
  /** Whether the submission may have been committed. */
  #mayStand = false;
  readonly #count = { lines: 0, records: 0, skipped: 0, invalid: 0, repeated: 0 };

  constructor(store: AlluviumStore, collection: string, account: CollectionAccount, options: SubmitOptions) {
    this.#store = store;
    this.#collection = collection;
    this.#account = account;
    this.#options = options;
  }

  async take(input: InputLine): Promise<void> {
    throwIfCanceled(this.#options.signal);
    this.#count.lines += 1;
    try {
      if ('problem' in input) throw input.problem;
      const settings = (this.#settings ??= await this.#begin(input.record));
      this.#admit(normalizeRecord(input.record, input.line, settings, settings.provider !== givenName));
    } catch (thrown) {
      this.#refuse(toAlluviumError(thrown));
    }
    const isFull = this.#windowBytes >= limits.lookupWindowBytesTarget;
    if (isFull || this.#window.length === limits.lookupWindowRecords) await this.#flush();
  }

  async commit(): Promise<SubmitResult> {
    await this.#flush();
    if (this.#problems.length > 0) throw badLines(this.#problems);
    const batches = (await this.#writer?.finish()) ?? [];
    const { records, skipped, invalid: left, repeated } = this.#count;
    const result = { collection: this.#collection, records, skipped, batches: batches.length, invalid: left, repeated };
    if (this.#settings === null || batches.length === 0) return { ...result, sequence: null };
    if (this.#folder !== undefined) await createFolder(this.#folder);
    const { ref } = await createCollection(this.#store.store, this.#settings);
    const submission = await this.#takeNumber(ref, batches);
    await writeRequestFiles(this.#store.store, this.#settings, submission);
    return { ...result, sequence: submission.fact.sequence };
  }

  /** What a submission that may stand names must stay; where it does not stand, that is garbage that nobody sees. */
  async undo(): Promise<void> {
    if (!this.#mayStand) await this.#writer?.undo();
  }

  async #takeNumber(collectionRef: ObjectRef, batches: readonly WrittenBatch[]): Promise<Stored<SubmissionFact>> {
    this.#mayStand = true;
    try {
      return await commitSubmission(this.#store.store, {
        collection: this.#collection,
        collectionRef,
        batches,
        skipped: this.#count.skipped,
        seen: this.#account.submissions.at(-1) ?? null,
        skippedContent: (idHash) => this.#skippedContent(idHash),
      });
    } catch (error) {
      // Of any other error nobody knows whether the last put has happened.
      this.#mayStand = toAlluviumError(error).kind !== 'Conflict';
      throw error;
    }
  }

  async #begin(first: InputRecord): Promise<CollectionSettings> {
    const { store } = this.#store;
    const { recordsPerBatch = recordsPerBatchDefault, providers = [], signal } = this.#options;
    const settings = await chooseCollection(store, this.#collection, this.#options, first, providers);
    assertBatchFits(recordsPerBatch, settings.dimension);
    this.#folder = chooseFolder(settings, this.#options.folder, this.#account);
    this.#standing = await StandingRecords.read(store, this.#account, { signal });
    this.#writer = new BatchWriter(store, this.#collection, recordsPerBatch, { signal, folder: this.#folder });
    return settings;
  }

  /** An id that came before in this input: equal is counted once, different is refused. */
  #admit(record: HandedRecord): void {
    const known = this.#ids.find(record.idHash);
    if (known !== -1) {
      const same = Buffer.compare(this.#contents[known] ?? record.idHash, record.content) === 0;
      if (!same) throw repeatedId(record, this.#firstLines[known] ?? 0);
      this.#count.repeated += 1;
      return;
    }
    if (this.#ids.size === limits.recordsPerSubmissionMax) throw tooManyRecords();
    this.#ids.add(record.idHash);
    this.#firstLines.push(record.line);
    this.#contents.push(record.content);
    this.#wasSkipped.push(false);
    this.#window.push(record);
    this.#windowBytes += record.bytes;
  }

  /** Notes what is wrong with a line; what is wrong with more than a line ends the hand-in. */
  #refuse(error: AlluviumError): void {
    if (error.kind !== 'Invalid' || error.details['line'] === undefined) throw error;
    if (this.#options.skipInvalid === true) this.#count.invalid += 1;
    else this.#problems.push(error);
    if (this.#problems.length === limits.examplesMax) throw badLines(this.#problems);
  }

  async #flush(): Promise<void> {
    const window = this.#window;
    this.#window = [];
    this.#windowBytes = 0;
    if (this.#standing === null || this.#writer === null || this.#settings === null || this.#problems.length > 0)
      return;
    const unchanged = this.#options.force === true ? [] : await this.#standing.areUnchanged(window);
    for (const [position, record] of window.entries()) {
      if (unchanged[position] === true) {
        this.#count.skipped += 1;
        this.#wasSkipped[this.#ids.find(record.idHash)] = true;
      } else {
        this.#count.records += 1;
        await this.#writer.add(record.vector === null ? this.#settings.provider : givenName, record);
      }
    }
    const { lines, records, skipped } = this.#count;
    this.#options.onProgress?.({ lines, records, skipped, batches: this.#writer.written.length });
  }

  #skippedContent(idHash: Digest): Digest | null {
    const number = this.#ids.find(idHash);
    return this.#wasSkipped[number] === true ? (this.#contents[number] ?? null) : null;
  }
}

function assertBatchFits(recordsPerBatch: number, dimension: number): void {
  const fitting = Math.min(limits.recordsPerBatchMax, Math.floor(limits.batchVectorBytesMax / (dimension * 4)));
  if (Number.isInteger(recordsPerBatch) && recordsPerBatch >= 1 && recordsPerBatch <= fitting) return;
  throw invalid(
    'records-per-batch',
    `records per batch is a whole number from 1 to ${fitting} at dimension ${dimension}: ${recordsPerBatch}`,
    {
      hint: 'use a smaller --records-per-batch',
    },
  );
}

function repeatedId({ id, line }: HandedRecord, firstLine: number): AlluviumError {
  const shown = JSON.stringify(excerpt(id));
  return invalid('id-repeated', `line ${line} has the id of line ${firstLine} with other content: ${shown}`, {
    details: { line, firstLine, id: shown },
  });
}

function tooManyRecords(): AlluviumError {
  return invalid('too-many-records', `one submission holds at most ${limits.recordsPerSubmissionMax} records`, {
    hint: 'split the input and submit the parts one after the other',
  });
}

function badLines(problems: readonly AlluviumError[]): AlluviumError {
  const [first] = problems;
  if (problems.length === 1 && first !== undefined) return first;
  const all = problems.length < limits.examplesMax ? `${problems.length}` : `the first ${problems.length}`;
  return invalid(
    'bad-lines',
    `nothing was submitted; ${all} bad lines: ${problems.map(({ message }) => message).join('; ')}`,
    {
      hint: 'mend the lines, or leave them out with --skip-invalid',
      details: { lines: problems.length },
    },
  );
}
