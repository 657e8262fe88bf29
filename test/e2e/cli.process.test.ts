// Would catch: a process that cannot be stopped, leaves half of its work behind, or dies in a way that tells nobody why.
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordLines, run, runJson, temporaryFolder } from './run-alluvium.ts';

const count = 230;

let folder = '';
let remove = async (): Promise<void> => undefined;

beforeAll(async () => {
  ({ folder, remove } = await temporaryFolder());
});
afterAll(async () => remove());

test('who stops reading early is no failure', async () => {
  const { exitCode, messages } = await run({ directory: folder, closeOutput: true }, '--help');
  expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
});

test('Ctrl-C ends with 130 and leaves nothing behind', async () => {
  const { exitCode, json } = await runJson({ directory: folder, interruptReading: true }, 'submit', '-', '-c', 'never');
  expect(exitCode).toBe(130);
  expect(json).toMatchObject({ error: { kind: 'Canceled', code: 'interrupted' } });
  expect((await runJson({ directory: folder }, 'status')).json).toEqual({ stage: 'dev', collections: [] });
});

test('an ingest that is interrupted ends with 130; the next one goes on', async () => {
  const own = await mkdtemp(join(folder, 'interrupted-'));
  const input = recordLines(count).join('\n');
  await runJson({ directory: own, input }, 'submit', '-', '--records-per-batch', '5');
  const interrupted = await runJson({ directory: own, interruptAt: 'batches to embed' }, 'ingest', '--workers', '1');
  expect(interrupted.exitCode).toBe(130);
  expect(interrupted.json).toMatchObject({ error: { kind: 'Canceled', code: 'interrupted' } });
  const { exitCode, json } = await runJson({ directory: own }, 'ingest');
  expect(exitCode).toBe(0);
  expect(json).toMatchObject({ outcome: 'Complete', collections: [{ version: 1, published: count, pending: 0 }] });
});

test('a Node that is too old gets one sentence', async () => {
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';
  const { exitCode, output, messages } = await run(
    { directory: folder, nodeFlags: ['--import', `data:text/javascript,${older}`] },
    'status',
  );
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(messages).toMatch(/^alluvium needs Node 22\.18 or newer, this is 20\.20\.2: .*`npx alluvium`.*\n$/);
});
