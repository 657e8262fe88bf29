import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeDocs } from '../../demo/node-docs.ts';
import { ansiToSvg } from './ansi-to-svg.ts';

/** `npm run docs:picture`: a real run in a real terminal (tmux), drawn as docs/images/run.svg. */
const root = resolve(import.meta.dirname, '../..');
const columns = 96;
const rows = 40;
const commands = [
  'npx alluvium submit node-docs.jsonl -c node-docs',
  'npx alluvium ingest',
  'npx alluvium query "compress data with gzip" -c node-docs -k 3',
  'npx alluvium audit',
];
const socket = `alluvium-${process.pid}`;
const patienceMs = 60_000;
/** The pinned Node, and nobody's settings. */
const shell =
  "env npm_config_userconfig=/dev/null npm_config_update_notifier=false PATH=node_modules/.bin:$PATH PS1='\\n$ ' bash --norc --noprofile";

const folder = mkdtempSync(join(tmpdir(), 'alluvium-picture-'));
try {
  makeClone();
  const screen = await record();
  mkdirSync(join(root, 'docs', 'images'), { recursive: true });
  writeFileSync(
    join(root, 'docs', 'images', 'run.svg'),
    ansiToSvg(screen, columns, `A terminal: ${commands.join('; ')}`),
  );
} finally {
  spawnSync('tmux', ['-L', socket, 'kill-server']);
  rmSync(folder, { recursive: true, maxRetries: 10 });
}

/** As after `npm ci`: the store of the real clone stays as it is. */
function makeClone(): void {
  for (const name of ['bin', 'src', 'toolchain', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'node-docs.jsonl'),
    nodeDocs()
      .map((doc) => `${JSON.stringify(doc)}\n`)
      .join(''),
  );
}

async function record(): Promise<string> {
  tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), '-c', folder, shell);
  await untilPrompt();
  for (const command of commands) {
    tmux('send-keys', '-l', command);
    tmux('send-keys', 'Enter');
    await untilPrompt();
  }
  const lines = tmux('capture-pane', '-e', '-p').trimEnd().split('\n');
  // Without the blank line before the first prompt, and the last prompt.
  return lines.slice(1, -2).join('\n');
}

async function untilPrompt(): Promise<void> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 100) {
    await sleep(100);
    if (tmux('capture-pane', '-p').trimEnd().endsWith('\n$') || tmux('capture-pane', '-p').trimEnd() === '$') return;
  }
  throw new Error('the command does not end');
}

function tmux(...args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`);
  return stdout;
}
