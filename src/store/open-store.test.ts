// Would catch: production data opened as development, a store made by a typing error, a new format read as if it were an old one.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FaultyStore, flipAt, keysOf } from '../../test/faulty-store.ts';
import { encodeFact } from '../domain/fact.ts';
import { storeKey } from '../domain/keys.ts';
import { MemoryStore } from './memory.ts';
import { openOn, openStore } from './open-store.ts';

describe('a store on any driver', () => {
  test('is made once, and opened again as it is', async () => {
    const memory = new MemoryStore();
    expect(await openOn(memory, { create: true })).toEqual({ store: memory, stage: 'dev', url: 'memory:' });
    const made = await memory.get(storeKey);
    expect(await openOn(memory)).toMatchObject({ stage: 'dev' });
    expect(await openOn(memory, { create: true })).toMatchObject({ stage: 'dev' });
    expect(await memory.get(storeKey)).toEqual(made);
    expect(await keysOf(memory)).toEqual([storeKey]);
  });

  test('belongs to one stage; any other is refused', async () => {
    const memory = new MemoryStore();
    await openOn(memory, { create: true, stage: 'prod' });
    expect(await openOn(memory, { stage: 'prod' })).toMatchObject({ stage: 'prod' });
    for (const options of [{}, { stage: 'dev' }, { stage: 'dev', create: true }]) {
      await expect(openOn(memory, options)).rejects.toMatchObject({
        kind: 'Invalid',
        code: 'stage-mismatch',
        hint: expect.stringContaining('--stage prod'),
        details: { expected: 'dev', actual: 'prod' },
      });
    }
  });

  test('has a stage that may stand in every log line', async () => {
    for (const stage of ['', 'x', 'Prod', 'a b', '../x', 'x'.repeat(64)]) {
      await expect(openOn(new MemoryStore(), { create: true, stage })).rejects.toMatchObject({ code: 'stage-name' });
    }
  });

  test('that is absent is made only when asked for, and a look writes nothing', async () => {
    const memory = new MemoryStore();
    await expect(openOn(memory)).rejects.toMatchObject({
      kind: 'NotFound',
      code: 'store-absent',
      hint: expect.stringContaining('alluvium submit'),
    });
    expect(await keysOf(memory)).toEqual([]);
  });

  test.each([false, true])(
    'that has lost alluvium.json is not made anew over what is there (create: %s)',
    async (create) => {
      const memory = new MemoryStore();
      await memory.put('collections/lines/collection.json', Buffer.from('x'));
      await expect(openOn(memory, { create })).rejects.toMatchObject({
        kind: 'Corrupt',
        code: 'object-missing',
        details: { key: storeKey },
        hint: expect.stringContaining('collections/lines/collection.json'),
      });
      expect(await keysOf(memory)).toHaveLength(1);
    },
  );

  test('of a format of the future is refused before anything else of it is believed', async () => {
    const memory = new MemoryStore();
    const fact = { format: 2, stage: 'another', createdAt: '2030-01-01T00:00:00.000Z' };
    await memory.put(storeKey, encodeFact(storeKey, fact));
    await expect(openOn(memory)).rejects.toMatchObject({ kind: 'Invalid', code: 'format-unknown' });
  });

  test('with a damaged alluvium.json is refused', async () => {
    const memory = new MemoryStore();
    await openOn(memory, { create: true });
    await flipAt(memory, storeKey);
    await expect(openOn(memory)).rejects.toMatchObject({ kind: 'Corrupt', details: { key: storeKey } });
  });

  test('that somebody else makes at the same time is theirs: its stage counts', async () => {
    const memory = new MemoryStore();
    const overtaken = new FaultyStore(memory, {
      put: async (_, forward) => {
        await openOn(memory, { create: true, stage: 'prod' });
        return forward();
      },
    });
    await expect(openOn(overtaken, { create: true })).rejects.toMatchObject({ code: 'stage-mismatch' });
    expect(await openOn(memory, { stage: 'prod' })).toMatchObject({ stage: 'prod' });
  });
});

describe('a store at a location', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alluvium-open-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  test('is a path or a file: URL, both the same store', async () => {
    const path = join(folder, 'a store');
    const { url } = await openStore(path, { create: true });
    expect(url).toBe(pathToFileURL(path).href);
    for (const location of [path, url, url.replace('file:', 'FILE:')]) {
      expect(await openStore(location)).toMatchObject({ url, stage: 'dev' });
    }
  });

  test.each(['s3://bucket/prefix', 'S3://bucket', 'https://example.com/store', 'memory://'])(
    'is refused where no driver knows it: %s',
    async (location) => {
      await expect(openStore(location, { create: true })).rejects.toMatchObject({
        kind: 'Invalid',
        code: 'store-scheme',
      });
      expect(await readdir(folder)).toEqual([]);
    },
  );

  test('is refused where a file: URL names another machine', async () => {
    await expect(openStore('file://elsewhere/store', { create: true })).rejects.toMatchObject({
      kind: 'Invalid',
      code: 'store-url',
    });
  });

  test('that does not exist is not made by a look', async () => {
    await expect(openStore(join(folder, 'absent'))).rejects.toMatchObject({ code: 'store-absent' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is no folder of files that are not ours', async () => {
    await writeFile(join(folder, 'notes.txt'), 'mine');
    const refused = { kind: 'Corrupt', details: { key: storeKey }, hint: expect.stringContaining('notes.txt') };
    await expect(openStore(folder, { create: true })).rejects.toMatchObject(refused);
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });
});
