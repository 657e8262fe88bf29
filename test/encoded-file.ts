import { encodeRows } from '../src/format/arrow-encoder.ts';
import type { BlockSeal } from '../src/domain/facts.ts';
import type { Row } from '../src/domain/row.ts';

export interface EncodedFile {
  readonly bytes: Buffer;
  readonly blocks: readonly BlockSeal[];
}

/** A delta or segment in memory. */
export async function encodeFile(rows: readonly Row[], dimension: number): Promise<EncodedFile> {
  const blocks: BlockSeal[] = [];
  const bytes = await concatenate(encodeRows(rows, { dimension, onBlock: (seal) => blocks.push(seal) }));
  return { bytes, blocks };
}

/** The bytes that a seal covers. */
export function cutBlock({ bytes }: EncodedFile, { offset, length }: BlockSeal): Buffer {
  return bytes.subarray(offset, offset + length);
}

export async function concatenate(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
