// Catches files that only JavaScript understands: LanceDB's reader is the Rust implementation of Arrow, which checks alignment, offsets and UTF-8.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { encodeFile } from '../encoded-file.ts';
import { goldenRows, goldenSpace } from '../golden/make.ts';
import { rowRead, rowsWritten, type RowGiven } from './rows-read.ts';

/** As much of LanceDB as is used here, so that the types need no installation. */
interface Lance {
  connect(folder: string): Promise<LanceConnection>;
}

interface LanceConnection {
  /**
   * The native binding behind `createTable`. It takes the bytes of an Arrow IPC file straight into Rust; the public method would decode and
   * encode them in JavaScript first, and so test another writer.
   */
  readonly inner: {
    createTable(name: string, file: Buffer, mode: 'create', namespace: readonly string[]): Promise<unknown>;
  };
  openTable(name: string): Promise<LanceTable>;
  close(): void;
}

interface LanceTable {
  countRows(filter?: string): Promise<number>;
  query(): { toArray(): Promise<RowGiven[]> };
  vectorSearch(vector: readonly number[]): { limit(count: number): { toArray(): Promise<RowGiven[]> } };
}

const lance = installedLance();

function installedLance(): Lance | null {
  try {
    return createRequire(import.meta.url)('@lancedb/lancedb') as Lance;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

test.skipIf(lance === null)('LanceDB reads the file to the same rows (npm ci --prefix test/readers)', async () => {
  const { bytes } = await encodeFile(goldenRows, goldenSpace.dimension);
  await withTable(bytes, async (table) => {
    const rows = (await table.query().toArray()).map(rowRead);
    expect(rows).toEqual(rowsWritten(goldenRows));
    expect(await table.countRows('vector IS NULL AND document IS NULL AND tombstone')).toBe(1);
    expect(await table.countRows("document = ''")).toBe(1);
    expect(await table.countRows("octet_length(document) = 7 AND document LIKE '%mark'")).toBe(1);
    const [nearest] = await table.vectorSearch([0.5, 0.5, 0.5, 0.5]).limit(1).toArray();
    expect(nearest?.id).toBe('😀');
  });
});

async function withTable(file: Buffer, use: (table: LanceTable) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'alluvium-lancedb-'));
  const connection = await lance?.connect(folder);
  try {
    await connection?.inner.createTable('rows', file, 'create', []);
    const table = await connection?.openTable('rows');
    if (table !== undefined) await use(table);
  } finally {
    connection?.close();
    rmSync(folder, { recursive: true });
  }
}
