// The bug it would catch: what is parsed is not what was kept, a file is kept under a digest that is not its own, or its copy stays behind.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { limits } from '../domain/limits.ts';
import { MemoryStore } from '../store/memory.ts';
import { type Escrow, withEscrow } from './keep-escrow.ts';

const keys = { output: (sha256: string) => `output/${sha256}`, errors: (sha256: string) => `errors/${sha256}` };

async function* inPieces(pieces: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* pieces;
  if (failure !== undefined) throw failure;
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('both files are kept as they came, under their digests, before they can be read; and can be read again and again', async () => {
  const store = new MemoryStore();
  const output = [Buffer.from('one\n'), Buffer.alloc(0), Buffer.alloc(limits.spoolWindowBytes * 2 + 1, 'x')];
  const errors = [Buffer.from('bad\n')];
  const use = async (escrow: Escrow): Promise<void> => {
    const bytes = { output: Buffer.concat(output), errors: Buffer.concat(errors) };
    for (const file of ['output', 'errors'] as const) {
      const digest = sha256(bytes[file]);
      const key = `${file}/${digest}`;
      expect(escrow[file]).toEqual({ key, bytes: bytes[file].length, sha256: digest });
      expect(bytes[file].equals(await store.get(key))).toBe(true);
    }
    for (let time = 0; time < 2; time += 1) {
      expect((await whole(escrow.read().output)).equals(bytes.output)).toBe(true);
      expect((await whole(escrow.read().errors)).equals(bytes.errors)).toBe(true);
    }
  };
  await withEscrow(store, { output: inPieces(output), errors: inPieces(errors) }, keys, use);
  expect.assertions(8);
});

test('an empty file is not kept', async () => {
  const store = new MemoryStore();
  const files = { output: inPieces([]), errors: inPieces([Buffer.alloc(0)]) };
  const escrow = await withEscrow(store, files, keys, async (kept) => {
    return { output: kept.output, errors: kept.errors, bytes: (await whole(kept.read().output)).length };
  });
  expect(escrow).toEqual({ output: null, errors: null, bytes: 0 });
  for await (const { key } of store.list('')) expect.fail(`${key} was kept`);
});

test('whatever the pieces, the bytes are the same', async () => {
  const store = new MemoryStore();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), async (pieces) => {
      const files = { output: inPieces(pieces), errors: inPieces([]) };
      const read = await withEscrow(store, files, keys, async (escrow) => whole(escrow.read().output));
      expect(read.equals(Buffer.concat(pieces))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('nothing is left in the temporary folder, not even while it is used; what a file throws is thrown, and nothing kept', async () => {
  const store = new MemoryStore();
  const folder = await mkdtemp(join(tmpdir(), 'alluvium-spool-'));
  vi.stubEnv('TMPDIR', folder);
  try {
    const files = { output: inPieces([Buffer.from('x')]), errors: inPieces([]) };
    expect(await withEscrow(store, files, keys, async () => readdir(folder))).toEqual([]);
    const failing = { output: inPieces([Buffer.from('y')]), errors: inPieces([], new Error('the line is dead')) };
    const use = async (): Promise<void> => expect.fail('was used');
    await expect(withEscrow(store, failing, keys, use)).rejects.toThrow('the line is dead');
    await expect(store.head(keys.output(sha256(Buffer.from('y'))))).resolves.toBeNull();
    expect(await readdir(folder)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  }
});

test('a temporary folder that is not there is the environment’s fault, and may be mended', async () => {
  vi.stubEnv('TMPDIR', join(tmpdir(), 'alluvium-absent'));
  const files = { output: inPieces([]), errors: inPieces([]) };
  const kept = withEscrow(new MemoryStore(), files, keys, async () => undefined);
  await expect(kept).rejects.toMatchObject({ kind: 'Unavailable' });
  vi.unstubAllEnvs();
});
