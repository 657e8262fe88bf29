/**
 * The victim of `src/store/local.crash.test.ts`: writes for ever, tells its parent what it has begun and what was acknowledged,
 * and waits to be killed.
 */
import { createHash } from 'node:crypto';
import { LocalStore } from '../src/store/local.ts';

export interface WriterReport {
  readonly event: 'chunk' | 'acknowledged';
  readonly key: string;
}

const digestBytes = 32;
const chunkBytes = 16 * 1024;

/** A body that tells whether it is whole: the digest of all that follows comes first. */
export function selfCheckingBody(key: string, chunks: number): Uint8Array {
  const content = new Uint8Array(chunks * chunkBytes);
  for (let index = 0; index < content.length; index++) content[index] = (index * 31 + key.length + (index >> 8)) & 0xff;
  return Buffer.concat([createHash('sha256').update(content).digest(), content]);
}

export function isWhole(bytes: Uint8Array): boolean {
  const digest = createHash('sha256').update(bytes.subarray(digestBytes)).digest();
  return bytes.length > digestBytes && digest.equals(bytes.subarray(0, digestBytes));
}

async function* reportedChunks(key: string, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += chunkBytes) {
    await report({ event: 'chunk', key });
    yield bytes.subarray(offset, offset + chunkBytes);
  }
}

async function report(message: WriterReport): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, () => {
      resolve();
    });
  });
}

async function writeForever(root: string): Promise<never> {
  const store = new LocalStore(root);
  for (let round = 0; ; round++) {
    const key = `folder-${round % 3}/${round}/object`;
    const body = selfCheckingBody(key, 1 + (round % 4));
    await store.put(key, reportedChunks(key, body), { ifAbsent: true });
    await report({ event: 'acknowledged', key });
    await store.put('replaced', selfCheckingBody(key, 1 + (round % 5)));
    await report({ event: 'acknowledged', key: 'replaced' });
  }
}

if (import.meta.main) await writeForever(process.argv[2] ?? '');
