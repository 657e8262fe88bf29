import { layers } from '../../oxlint.config.ts';

/** What `lint.test.ts` shows to the linter, laid out as in `src`: a file that breaks one rule, or none. */
export interface Fixture {
  readonly path: string;
  readonly text: string;
  readonly breaks: string | null;
}

const fixture = (path: string, text: string, breaks: string | null): Fixture => ({ path, text, breaks });

const imported = 'eslint(no-restricted-imports)';

const importsOf = (target: string) => `import { thing } from '${target}';\n\nexport const user = [thing];\n`;

const pairs = layers.flatMap((from, height) =>
  from.flatMap((folder) =>
    layers.flatMap((to, otherHeight) =>
      to
        .filter((other) => other !== folder)
        .map((other) => {
          const breaks = otherHeight > height ? imported : null;
          return fixture(`src/${folder}/uses-${other}.ts`, importsOf(`../${other}/thing.ts`), breaks);
        }),
    ),
  ),
);

const things = layers
  .flat()
  .map((folder) => fixture(`src/${folder}/thing.ts`, 'export type Kind = 1;\nexport const thing = 1;\n', null));

export const imports = [
  ...things,
  ...pairs,
  fixture('src/pipeline/steps/deep.ts', importsOf('../../engine/thing.ts'), imported),
  fixture('src/pipeline/steps/deep-down.ts', importsOf('../../store/thing.ts'), null),
  fixture('src/store/re-export.ts', `export { thing } from '../engine/thing.ts';\n`, imported),
  fixture('src/store/dynamic.ts', `export const later = async () => import('../cli/thing.ts');\n`, imported),
  fixture('src/store/type-only.ts', `export type { Kind } from '../cli/thing.ts';\n`, imported),
  fixture('src/store/from-test.ts', importsOf('../../test/thing.ts'), imported),
  fixture('src/store/from-index.ts', importsOf('../index.ts'), imported),
  fixture('src/store/from-config.ts', importsOf('../config.ts'), imported),
  fixture('src/engine/from-config.ts', importsOf('../config.ts'), null),
  fixture('src/index.ts', importsOf('./engine/thing.ts'), null),
  fixture('src/config.ts', `export { v7 } from 'uuid';\n`, imported),
  fixture('src/store/staged.test.ts', importsOf('../cli/thing.ts'), null),
  fixture('src/domain/files.ts', `export { readFile } from 'node:fs/promises';\n`, imported),
  fixture('src/domain/digests.ts', `export { createHash } from 'node:crypto';\n`, null),
];

const clock = 'eslint(no-restricted-globals)';
const property = 'eslint(no-restricted-properties)';
const determinism = [
  ['date', 'export const now = () => Date.now();', clock],
  ['new-date', 'export const now = () => new Date();', clock],
  ['global-date', 'export const now = () => new globalThis.Date();', clock],
  ['performance', 'export const now = () => performance.now();', clock],
  ['timeout', 'export const later = (task: () => void) => setTimeout(task, 1);', clock],
  ['interval', 'export const later = (task: () => void) => setInterval(task, 1);', clock],
  ['immediate', 'export const later = (task: () => void) => setImmediate(task);', clock],
  ['web-crypto', 'export const luck = () => crypto.randomUUID();', clock],
  ['random', 'export const luck = () => Math.random();', property],
  ['taken-random', 'export const { random } = Math;', property],
  ['global-random', 'export const luck = () => globalThis.Math.random();', property],
  ['hrtime', 'export const now = () => process.hrtime.bigint();', property],
  ['uptime', 'export const now = () => process.uptime();', property],
  ['abort-timeout', 'export const soon = () => AbortSignal.timeout(1);', property],
  ['timers', `export { setTimeout } from 'node:timers';`, imported],
  ['timer-promises', `export { setTimeout } from 'node:timers/promises';`, imported],
  ['perf-hooks', `export { performance } from 'node:perf_hooks';`, imported],
  ['node-hrtime', `export { hrtime } from 'node:process';`, imported],
  ['random-uuid', `export { randomUUID } from 'node:crypto';`, imported],
  ['random-bytes', `export { randomBytes } from 'node:crypto';`, imported],
  [
    'all-of-crypto',
    `import * as everything from 'node:crypto';\n\nexport const luck = () => everything.randomInt(5);`,
    imported,
  ],
  [
    'default-crypto',
    `import everything from 'node:crypto';\n\nexport const luck = () => everything.randomInt(5);`,
    imported,
  ],
  ['uuid', `export { v7 } from 'uuid';`, imported],
] as const;

export const banned = determinism.flatMap(([name, text, breaks]) => [
  fixture(`src/store/${name}.ts`, `${text}\n`, breaks),
  fixture(`src/runtime/${name}.ts`, `${text}\n`, null),
]);

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const ladder = (count: number) => lines(count, (i) => `  if (step === ${i}) return ${i};`);

export const houseRules = [
  fixture(
    'src/store/any.ts',
    'export const anything = (value: any): value is string => value === 1;\n',
    'typescript(no-explicit-any)',
  ),
  fixture(
    'src/store/bang.ts',
    'export const first = (list: string[]) => list[0]!;\n',
    'typescript(no-non-null-assertion)',
  ),
  fixture('src/store/console.ts', `console.log('hello');\n`, 'eslint(no-console)'),
  fixture('src/cli/console.ts', `console.log('hello');\n`, null),
  fixture('src/store/CamelCase.ts', 'export const name = 1;\n', 'unicorn(filename-case)'),
  fixture('src/store/default-export.ts', 'const name = 1;\nexport default name;\n', 'import(no-default-export)'),
  fixture('src/store/environment.ts', `export const home = process.env['HOME'];\n`, 'node(no-process-env)'),
  fixture('src/store/exit.ts', 'export const leave = () => process.exit(1);\n', 'unicorn(no-process-exit)'),
  fixture('src/store/protocol.ts', `export { join } from 'path';\n`, 'unicorn(prefer-node-protocol)'),
  fixture('src/store/long-file.ts', `${lines(401, (i) => `export const n${i} = ${i};`)}\n`, 'eslint(max-lines)'),
  fixture(
    'src/store/long-function.ts',
    `export function long() {\n${lines(71, () => '  globalThis.queueMicrotask(long);')}\n}\n`,
    'eslint(max-lines-per-function)',
  ),
  fixture(
    'src/store/long.test.ts',
    `export function long() {\n${lines(71, () => '  globalThis.queueMicrotask(long);')}\n}\n`,
    null,
  ),
  fixture(
    'src/store/tangle.ts',
    `export function tangle(step: number) {\n${ladder(13)}\n  return -1;\n}\n`,
    'eslint(complexity)',
  ),
  fixture(
    'src/store/chicken.ts',
    `import { egg } from './egg.ts';\n\nexport const chicken = () => egg();\n`,
    'import(no-cycle)',
  ),
  fixture(
    'src/store/egg.ts',
    `import { chicken } from './chicken.ts';\n\nexport const egg = (): unknown => chicken();\n`,
    'import(no-cycle)',
  ),
  fixture('src/store/sleeps.test.ts', 'setTimeout(() => {}, 1);\n', clock),
  fixture('src/store/sleeps-well.test.ts', `export { setTimeout } from 'node:timers/promises';\n`, imported),
  fixture(
    'src/store/vacuous.test.ts',
    `import { test } from 'vitest';\n\ntest('nothing', () => {});\n`,
    'vitest(expect-expect)',
  ),
  fixture(
    'src/store/floating.ts',
    'async function save() {\n  await Promise.resolve();\n}\nsave();\n',
    'typescript(no-floating-promises)',
  ),
  fixture(
    'src/store/misused.ts',
    'export const each = (list: string[], save: (text: string) => Promise<void>) => {\n  list.forEach(save);\n};\n',
    'typescript(no-misused-promises)',
  ),
  fixture(
    'src/store/switch.ts',
    `export function side(value: 'left' | 'right') {\n  switch (value) {\n    case 'left':\n      return 1;\n  }\n  return 2;\n}\n`,
    'typescript(switch-exhaustiveness-check)',
  ),
  fixture('src/store/throws.ts', `export function fail() {\n  throw 'text';\n}\n`, 'typescript(only-throw-error)'),
];
