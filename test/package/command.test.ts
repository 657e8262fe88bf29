// Catches a package whose command only works in a clone: a file that was not packed, a dependency of development, a Node that is not ours.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { type NodeVersion, oldNode, supportedNodes } from './nodes.ts';
import { type Ran, runOn } from './run-installed.ts';

const { project } = inject('installed');
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'alluvium-command-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe.each(supportedNodes)('on $name', (node) => {
  test.skipIf(!node.isInstalled)('--help tells what there is', () => {
    const { exitCode, output, messages } = alluvium(node, '--help');
    expect({ exitCode, messages }).toEqual({ exitCode: 0, messages: '' });
    expect(output).toContain('Usage: alluvium <command> [options]');
  });

  test.skipIf(!node.isInstalled)('a file is submitted, ingested by worker processes, audited and found', () => {
    file('notes.jsonl', ['a river carries sand', 'the tide comes in'].map(toLine).join('\n'));
    expect(json(alluvium(node, 'submit', 'notes.jsonl', '-c', 'notes', '--json'))).toMatchObject({ records: 2 });
    expect(json(alluvium(node, 'ingest', '--workers', '2', '--json'))).toMatchObject({ outcome: 'Complete' });
    expect(json(alluvium(node, 'audit', '--json'))).toMatchObject({ balanced: true });
    expect(json(alluvium(node, 'query', 'sand', '-c', 'notes', '-k', '1', '--json'))).toMatchObject({
      results: [{ id: '0' }],
    });
  });

  test.skipIf(!node.isInstalled)(
    'a configuration in TypeScript imports the library, wherever that is installed',
    () => {
      file(
        'alluvium.config.ts',
        `import { defineConfig, embedWith } from 'alluvium';
      const embed = (texts: readonly string[]) => texts.map((text) => [text.length, 1]);
      export default defineConfig({ providers: [embedWith(embed, { name: 'lengths', model: 'lengths-1', dimension: 2 })] });`,
      );
      file('notes.jsonl', ['short', 'rather long'].map(toLine).join('\n'));
      expect(json(alluvium(node, 'submit', 'notes.jsonl', '--provider', 'lengths', '--json'))).toMatchObject({
        records: 2,
      });
      expect(json(alluvium(node, 'ingest', '--json'))).toMatchObject({ outcome: 'Complete' });
      expect(json(alluvium(node, 'query', 'just as long', '-k', '1', '--json'))).toMatchObject({
        results: [{ id: '1' }],
      });
    },
  );
});

test.skipIf(!oldNode.isInstalled)(`on ${oldNode.name} one sentence says what is needed`, () => {
  const { exitCode, output, messages } = alluvium(oldNode, 'status');
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(messages).toMatch(/^alluvium needs Node 22\.18 or newer, this is 20\.[\d.]+: .+\n$/);
});

function alluvium(node: NodeVersion, ...argv: string[]): Ran {
  return runOn(node, folder, join(project, 'node_modules/.bin/alluvium'), ...argv);
}

function json({ exitCode, output, messages }: Ran): unknown {
  expect(exitCode, messages).toBe(0);
  return JSON.parse(output);
}

function toLine(document: string, index: number): string {
  return JSON.stringify({ id: String(index), document });
}

function file(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}
