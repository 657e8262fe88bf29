import type { Digest } from '../domain/digest.ts';
import { vectorBytes } from '../domain/digest.ts';
import type { BatchEntry, RequestLine } from '../domain/facts.ts';
import { type ObjectRef, refOf } from '../domain/fact.ts';
import { collectionKeys } from '../domain/keys.ts';
import { limits } from '../domain/limits.ts';
import { encodeContents } from '../format/contents.ts';
import { filesName } from '../provider/files.ts';
import { newId } from '../runtime/random.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import type { HandedRecord } from './normalize-record.ts';

/** A batch whose request lies in the store, but which no submission names yet. */
export interface WrittenBatch extends Pick<BatchEntry, 'batchId' | 'provider' | 'request' | 'contents' | 'folder'> {
  /** What its keys are made of once the sequence is known. */
  readonly members: readonly { readonly idHash: Digest; readonly line: number }[];
}

export interface BatchWriterOptions extends RequestOptions {
  /** Of the batches that are embedded by way of files. */
  readonly folder?: string | undefined;
}

/**
 * Groups records into batches, one kind of provider each, and writes their requests.
 *
 * 1. `pending/` comes first: a batch that a submission names is always listed. A batch that none names does not exist.
 * 2. A batch closes at `recordsPerBatch` records or `requestBytesTarget` bytes.
 */
export class BatchWriter {
  readonly #store: Store;
  readonly #collection: string;
  readonly #recordsPerBatch: number;
  readonly #options: BatchWriterOptions;
  readonly #handInId = newId();
  readonly #growing = new Map<string, GrowingBatch>();
  readonly #written: WrittenBatch[] = [];
  #begun = 0;

  constructor(store: Store, collection: string, recordsPerBatch: number, options: BatchWriterOptions) {
    this.#store = store;
    this.#collection = collection;
    this.#recordsPerBatch = recordsPerBatch;
    this.#options = options;
  }

  get handInId(): string {
    return this.#handInId;
  }

  get written(): readonly WrittenBatch[] {
    return this.#written;
  }

  async add(provider: string, record: HandedRecord): Promise<void> {
    const batch = this.#growing.get(provider) ?? this.#begin(provider);
    batch.add(record);
    if (batch.records === this.#recordsPerBatch || batch.bytes >= limits.requestBytesTarget) await this.#write(batch);
  }

  async finish(): Promise<readonly WrittenBatch[]> {
    for (const batch of this.#growing.values()) await this.#write(batch);
    return this.#written.toSorted((a, b) => (a.batchId < b.batchId ? -1 : 1));
  }

  /** Removes what was written, for a hand-in that ends in an error. */
  async undo(): Promise<void> {
    const keys = this.#written.flatMap(({ batchId, request, contents }) => [
      request.key,
      contents.key,
      collectionKeys(this.#collection).pending(batchId),
    ]);
    await this.#store.deleteMany(keys);
  }

  #begin(provider: string): GrowingBatch {
    const batchId = `${this.#handInId}-${String(this.#begun++).padStart(5, '0')}`;
    const batch = new GrowingBatch(batchId, provider);
    this.#growing.set(provider, batch);
    return batch;
  }

  async #write(batch: GrowingBatch): Promise<void> {
    this.#growing.delete(batch.provider);
    const keys = collectionKeys(this.#collection);
    const { batchId, provider, members } = batch;
    const { request: requestKey, contents: contentsKey } = keys.batch(batchId);
    const requestBytes = Buffer.from(batch.text());
    const contentsBytes = encodeContents(batch.entries);
    const request: ObjectRef = refOf(requestKey, requestBytes);
    const contents: ObjectRef = refOf(contentsKey, contentsBytes);
    const { signal, folder } = this.#options;
    const place = provider === filesName && folder !== undefined ? { folder } : {};
    this.#written.push({ batchId, provider, request, contents, members, ...place });
    await this.#store.put(keys.pending(batchId), Buffer.alloc(0), { signal });
    await Promise.all([
      this.#store.put(requestKey, requestBytes, { signal, ifAbsent: true }),
      this.#store.put(contentsKey, contentsBytes, { signal, ifAbsent: true }),
    ]);
  }
}

class GrowingBatch {
  readonly batchId: string;
  readonly provider: string;
  readonly members: { idHash: Digest; line: number }[] = [];
  readonly entries: { idHash: Digest; content: Digest; line: number }[] = [];
  readonly #lines: string[] = [];
  bytes = 0;

  constructor(batchId: string, provider: string) {
    this.batchId = batchId;
    this.provider = provider;
  }

  get records(): number {
    return this.#lines.length;
  }

  add(record: HandedRecord): void {
    const { idHash, content, line, id, document, metadata, vector } = record;
    const request: RequestLine = { n: this.records, line, id, document, metadata };
    const text = JSON.stringify(
      vector === null ? request : { ...request, vector: Buffer.from(vectorBytes(vector)).toString('base64') },
    );
    this.#lines.push(text);
    this.bytes += Buffer.byteLength(text) + 1;
    this.members.push({ idHash, line });
    this.entries.push({ idHash, content, line });
  }

  text(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }
}
