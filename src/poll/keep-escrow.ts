import type { ObjectRef } from '../domain/fact.ts';
import type { RequestOptions, Store } from '../store/contract.ts';
import { type Spool, withSpool } from './spool.ts';

/** What a provider has answered: its two files. */
export interface AnswerFiles {
  readonly output: AsyncIterable<Uint8Array>;
  readonly errors: AsyncIterable<Uint8Array>;
}

/** A provider's files as they came: kept in the store, and still at hand to be parsed. */
export interface Escrow {
  /** Null for an empty file, which is not kept. */
  readonly output: ObjectRef | null;
  readonly errors: ObjectRef | null;
  /** The files once more, from their beginning. */
  read(): AnswerFiles;
}

/** Where each file is kept, by its digest. */
export interface EscrowKeys {
  readonly output: (sha256: string) => string;
  readonly errors: (sha256: string) => string;
}

/** Keeps a provider's files, content-addressed, before anything of them is parsed. Memory stays at a window, however large they are. */
export async function withEscrow<Result>(
  store: Store,
  files: AnswerFiles,
  keys: EscrowKeys,
  use: (escrow: Escrow) => Promise<Result>,
  options?: RequestOptions,
): Promise<Result> {
  return withSpool(files.output, async (output) =>
    withSpool(files.errors, async (errors) =>
      use({
        output: await keep(store, output, keys.output, options),
        errors: await keep(store, errors, keys.errors, options),
        read: () => ({ output: output.read(), errors: errors.read() }),
      }),
    ),
  );
}

async function keep(
  store: Store,
  spool: Spool,
  keyOf: (sha256: string) => string,
  options?: RequestOptions,
): Promise<ObjectRef | null> {
  const { bytes, sha256 } = spool;
  if (bytes === 0) return null;
  const key = keyOf(sha256);
  await store.put(key, spool.read(), { ...options, ifAbsent: true });
  return { key, bytes, sha256 };
}
