import type { BlockSeal } from '../domain/facts.ts';
import { idHash, keyDigest, vectorBytes } from '../domain/digest.ts';
import { internal } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { ObjectRef } from '../domain/fact.ts';
import type { Row } from '../domain/row.ts';
import { sameTally, Tallier, type Tally } from '../domain/tally.ts';
import { decodeBlock } from '../format/arrow-decoder.ts';
import { encodeRows } from '../format/arrow-encoder.ts';
import type { Store } from '../store/contract.ts';
import { sealObject } from './seal-object.ts';

export interface RowSealing {
  readonly newKey: () => string;
  /** The rows, sorted by id; called anew for each attempt. `attempt` is 0-based. */
  readonly rows: (attempt: number) => Iterable<Row> | AsyncIterable<Row>;
  readonly dimension: number;
  readonly signal?: AbortSignal | undefined;
  readonly log?: Log | undefined;
}

export interface SealedRows {
  readonly object: ObjectRef;
  readonly tally: Tally;
  readonly blocks: readonly BlockSeal[];
}

/** Seals rows as an Arrow file: a delta or a segment. Memory stays at one block, whatever the number of rows. */
export async function sealRows(
  store: Store,
  { newKey, rows, dimension, signal, log }: RowSealing,
): Promise<SealedRows> {
  let attempt = 0;
  const { object, summary } = await sealObject(store, {
    newKey,
    signal,
    log,
    encode: () => checkedEncoding(rows(attempt++), dimension),
  });
  return { object, ...summary };
}

/** Every block is decoded from its encoded bytes and must give the rows that went in. */
function checkedEncoding(rows: Iterable<Row> | AsyncIterable<Row>, dimension: number) {
  const encoded = new Tallier();
  const decoded = new Tallier();
  const blocks: BlockSeal[] = [];
  const pending: Row[] = [];

  const check = (bytes: Uint8Array): void => {
    for (const row of decodeAgain(bytes, dimension)) {
      const original = pending.shift();
      if (original === undefined || !sameRow(row, original)) throw decodeDiffers();
      decoded.add(keyDigest(idHash(row.id), row.sequence, row.line), row.digest);
    }
  };
  const counted = async function* (): AsyncGenerator<Row> {
    for await (const row of rows) {
      encoded.add(keyDigest(idHash(row.id), row.sequence, row.line), row.digest);
      pending.push(row);
      yield row;
    }
  };
  const body = async function* (): AsyncGenerator<Uint8Array> {
    let checked = 0;
    for await (const chunk of encodeRows(counted(), { dimension, onBlock: (block) => blocks.push(block) })) {
      if (blocks.length > checked) {
        check(chunk);
        checked = blocks.length;
      }
      yield chunk;
    }
    if (!sameTally(encoded.tally(), decoded.tally())) throw decodeDiffers();
  };
  return { body: body(), summary: () => ({ tally: decoded.tally(), blocks }) };
}

/** What cannot be read back at once is our defect: nothing was stored yet that could be damaged. */
function decodeAgain(bytes: Uint8Array, dimension: number): Row[] {
  try {
    return decodeBlock('(being sealed)', bytes, dimension);
  } catch (cause) {
    throw decodeDiffers(cause);
  }
}

/** In every field: a digest travels with its row, and does not tell that a text was changed on the way. */
function sameRow(a: Row, b: Row): boolean {
  const sameText = a.id === b.id && a.document === b.document && a.metadata === b.metadata;
  const sameVersion = a.sequence === b.sequence && a.line === b.line && a.tombstone === b.tombstone;
  const sameDigests = Buffer.compare(a.content, b.content) === 0 && Buffer.compare(a.digest, b.digest) === 0;
  return sameText && sameVersion && sameDigests && sameVector(a.vector, b.vector);
}

function sameVector(a: Float32Array | null, b: Float32Array | null): boolean {
  if (a === null || b === null) return a === b;
  return Buffer.compare(vectorBytes(a), vectorBytes(b)) === 0;
}

function decodeDiffers(cause?: unknown) {
  return internal('encode-decode', 'encoded rows do not decode to themselves; please report this', { cause });
}
