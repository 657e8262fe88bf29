import { contentDigest, type EmbeddingSpace, idHash, keyDigest } from '../domain/digest.ts';
import { corrupt } from '../domain/errors.ts';
import type {
  BlockSeal,
  CollectionFact,
  LiveSegment,
  Manifest,
  RequestLine,
  SealedFact,
  SegmentReceipt,
  SubmissionFact,
} from '../domain/facts.ts';
import { collectionKeys } from '../domain/keys.ts';
import { KeyTallier, sameKeyTally, sameTally, Tallier, type Tally } from '../domain/tally.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { checkRow } from '../format/row-check.ts';
import { decodeContents } from '../format/contents.ts';
import { gateVector } from '../format/vector-gate.ts';
import { openSegmentIndex, readBlock, readDeadRows } from '../snapshot/open-segment.ts';
import type { Store } from '../store/contract.ts';
import { readNamed } from '../store/facts.ts';
import type { DamageList } from './damage-list.ts';
import type { Inspected } from './inspect-object.ts';

/** Decodes what facts name and balances it against what they say. Returns the live rows of the latest snapshots. */
export async function checkContents(
  store: Store,
  found: ReadonlyMap<string, Inspected>,
  damage: DamageList,
  signal?: AbortSignal,
): Promise<number> {
  const check = new ContentCheck(store, found, damage, signal);
  for (const { fact, parsed } of found.values()) {
    if (parsed?.type === 'submission') await check.submission(fact as SubmissionFact);
    if (parsed?.type === 'sealed') await check.sealed(fact as SealedFact, parsed.collection ?? '');
    if (parsed?.type === 'segment-receipt') await check.receipt(fact as SegmentReceipt, parsed.collection ?? '');
    if (parsed?.type === 'snapshot') await check.manifest(fact as Manifest);
  }
  return check.liveRows;
}

class ContentCheck {
  readonly #store: Store;
  readonly #found: ReadonlyMap<string, Inspected>;
  readonly #damage: DamageList;
  readonly #signal: AbortSignal | undefined;
  readonly #checked = new Set<string>();
  /** Rows that were read and hashed again, by segment. */
  readonly #rowsRead = new Map<string, number>();
  liveRows = 0;

  constructor(store: Store, found: ReadonlyMap<string, Inspected>, damage: DamageList, signal?: AbortSignal) {
    this.#store = store;
    this.#found = found;
    this.#damage = damage;
    this.#signal = signal;
  }

  /** A request and its sidecar hold the very records that the submission counts. */
  async submission({ batches, collection, sequence }: SubmissionFact): Promise<void> {
    const space = this.#found.get(collection.key)?.fact as CollectionFact | null | undefined;
    for (const { request, contents, rows, keyHash } of batches) {
      if (!this.#isSound(request.key, contents.key) || space === null || space === undefined) continue;
      await this.#damage.guard(request.key, async () => {
        const known = decodeContents(contents.key, await readNamed(this.#store, contents));
        const byHash = new Map(known.map((entry) => [Buffer.from(entry.idHash).toString('hex'), entry]));
        const tallier = new KeyTallier();
        for (const line of parseLines(await readNamed(this.#store, request))) {
          const hash = idHash(line.id);
          tallier.add(keyDigest(hash, sequence, line.line));
          const content = requestContent(line, space);
          const stated = byHash.get(Buffer.from(hash).toString('hex'))?.content;
          if (stated === undefined || Buffer.compare(stated, content) !== 0) {
            throw corrupt('contents-differ', contents.key, Buffer.from(content).toString('hex'), 'another');
          }
        }
        if (!sameKeyTally(tallier.tally(), { rows, keyHash })) {
          throw corrupt('request-rows', request.key, rows, tallier.tally().rows);
        }
      });
    }
  }

  async sealed({ deltas }: SealedFact, collection: string): Promise<void> {
    for (const { object, blocks, tally } of deltas) {
      if (this.#isSound(object.key)) await this.#rows(object.key, blocks, tally, collection);
    }
  }

  async receipt({ segment }: SegmentReceipt, collection: string): Promise<void> {
    await this.#segment({ ...segment, dead: null }, collection);
  }

  async manifest(manifest: Manifest): Promise<void> {
    for (const segment of manifest.segments) await this.#segment(segment, manifest.collection);
    const isLatest = !this.#found.has(collectionKeys(manifest.collection).snapshot(manifest.version + 1));
    if (!isLatest) return;
    for (const { object, dead } of manifest.segments) {
      this.liveRows += (this.#rowsRead.get(object.key) ?? 0) - (dead?.tally.rows ?? 0);
    }
  }

  async #segment(segment: LiveSegment, collection: string): Promise<void> {
    const { object, index, dead, tally } = segment;
    if (this.#isSound(object.key, index.key)) {
      await this.#damage.guard(index.key, async () => {
        const opened = await openSegmentIndex(this.#store, segment, { signal: this.#signal });
        const tallier = new Tallier();
        for await (const entry of opened.entries()) {
          tallier.add(keyDigest(entry.idHash, entry.sequence, entry.line), entry.digest);
        }
        assertTally(index.key, tally, tallier.tally());
        await this.#rows(object.key, opened.blocks, tally, collection);
      });
    }
    if (dead !== null && this.#isSound(dead.key)) {
      await this.#damage.guard(dead.key, async () => {
        const rows = await readDeadRows(this.#store, segment, { signal: this.#signal });
        if (rows?.count !== dead.tally.rows) throw corrupt('dead-rows', dead.key, dead.tally.rows, rows?.count ?? 0);
      });
    }
  }

  /** Every row's digests are computed again, and together they are what the seal says. */
  async #rows(key: string, blocks: readonly BlockSeal[], tally: Tally, collection: string): Promise<void> {
    const space = this.#found.get(collectionKeys(collection).collection)?.fact as CollectionFact | null | undefined;
    if (space === null || space === undefined || this.#damage.has(key)) return;
    await this.#damage.guard(key, async () => {
      const tallier = new Tallier();
      for (const block of blocks) {
        const rows = await readBlock(this.#store, key, block, space.dimension, { signal: this.#signal });
        for (const row of rows) {
          checkRow(key, row, space);
          tallier.add(keyDigest(idHash(row.id), row.sequence, row.line), row.digest);
        }
      }
      assertTally(key, tally, tallier.tally());
      this.#rowsRead.set(key, tallier.tally().rows);
    });
  }

  /** Once an object, and only where its bytes are already known to be the named ones. */
  #isSound(...keys: readonly string[]): boolean {
    const unit = keys.join(' ');
    if (this.#checked.has(unit)) return false;
    this.#checked.add(unit);
    return keys.every((key) => this.#found.has(key) && !this.#damage.has(key));
  }
}

function assertTally(key: string, expected: Tally, actual: Tally): void {
  if (!sameTally(expected, actual)) throw corrupt('rows-differ', key, expected.setHash, actual.setHash);
}

function parseLines(request: Uint8Array): RequestLine[] {
  return Buffer.from(request)
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as RequestLine);
}

function requestContent({ id, document, metadata, vector }: RequestLine, space: EmbeddingSpace): Uint8Array {
  const verdict = vector === undefined ? null : gateVector(vector, space.dimension);
  const handedIn = verdict !== null && 'vector' in verdict ? verdict.vector : null;
  const fields = { id, document, metadata: metadata === null ? null : canonicalJson(metadata) };
  return contentDigest(fields, space, handedIn);
}
