import { defineConfig, type OxlintOverride } from 'oxlint';

/**
 * What a machine checks of the house style. `test/house/lint.test.ts` proves each ban by breaking it.
 *
 * 1. The folders of `src/` are layers. A file imports from its own layer and from those before it, never from a later one.
 * 2. Time, timers and randomness come from `src/runtime` alone, so that everything else can be tested without waiting or luck.
 * 3. The domain is pure: it touches no file, process or network.
 */

/** Lowest first: the import direction of ARCHITECTURE.md. A folder or file of `src/` that is missing here fails a test. */
export const layers = [
  ['domain'],
  ['runtime'],
  ['store', 'format', 'provider'],
  ['seal', 'snapshot'],
  ['poll', 'compact', 'publish', 'ledger', 'submit', 'query', 'verify'],
  ['pipeline', 'config'],
  ['engine'],
  ['catalog'],
  ['cli', 'input', 'index'],
] as const;

/** Tests set their stage with whatever they need, from any layer. */
const tests = ['**/*.test.ts', 'test/**'];
const programs = ['bin/**', 'src/cli/**', 'demo/**', 'bench/**', 'toolchain/**'];

const useClock = 'Time comes from src/runtime/clock.ts.';
const useRandom = 'Randomness comes from src/runtime/random.ts.';
const noSleep = 'A test that sleeps is a defect: wait for what should happen.';

const timers = ['setTimeout', 'setInterval', 'setImmediate'];
const banGlobals = (names: readonly string[], message: string) => ({
  globals: names.map((name) => ({ name, message })),
  checkGlobalObject: true,
});

const clockAndDice: OxlintOverride['rules'] = {
  'no-restricted-globals': [
    'error',
    banGlobals(['Date', 'performance', 'Temporal', ...timers], useClock),
    banGlobals(['crypto'], useRandom),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: useRandom },
    { object: 'globalThis', property: 'Math', message: useRandom },
    { object: 'process', property: 'hrtime', message: useClock },
    { object: 'process', property: 'uptime', message: useClock },
    { object: 'AbortSignal', property: 'timeout', message: useClock },
  ],
};

const clockAndDiceImports = [
  { name: 'node:timers', message: useClock },
  { name: 'node:timers/promises', message: useClock },
  { name: 'node:perf_hooks', message: useClock },
  { name: 'node:process', importNames: ['hrtime', 'uptime'], message: useClock },
  { name: 'node:crypto', allowImportNames: ['createHash', 'hash', 'Hash'], message: useRandom },
  { name: 'uuid', message: useRandom },
];

const pureDomain = {
  group: ['node:*', 'node:*/**', '!node:crypto'],
  message: 'The domain is pure: it touches no file, process or network.',
};
const notFromTests = {
  regex: '^(\\.\\./)+(test|demo|bench)/',
  message: 'Only tests, demos and benchmarks import these.',
};

/** What a file of the layer at `height` may not import: layers above it. */
function upwards(height: number): { regex: string; message: string }[] {
  const above = layers.slice(height + 1).flat();
  if (above.length === 0) return [];
  const message = `Imports point one way: ${layers[height]?.join(', ')} may not know ${above.join(', ')}.`;
  return [{ regex: `^(\\.\\./)+(${above.join('|')})(/|\\.ts$)`, message }];
}

const direction = layers.map((layer, height): OxlintOverride => {
  const names: readonly string[] = layer;
  const patterns = [notFromTests, ...upwards(height), ...(names.includes('domain') ? [pureDomain] : [])];
  const paths = names.includes('runtime') ? [] : clockAndDiceImports;
  return {
    files: names.flatMap((name) => [`src/${name}/**`, `src/${name}.ts`]),
    excludeFiles: tests,
    rules: { 'no-restricted-imports': ['error', { paths, patterns }] },
  };
});

/** Rules of the three categories that do not fit here, each with its reason. */
const unfit: OxlintOverride['rules'] = {
  // Order and bounded concurrency are the point of most loops here; `mapConcurrently` is for the others.
  'no-await-in-loop': 'off',
  // JSON is trusted because its digest was checked, which no type guard can see.
  'typescript/no-unsafe-type-assertion': 'off',
  // A small function beside its only use reads better than one far away.
  'unicorn/consistent-function-scoping': 'off',
  // `new Array<T>(length)` says what it means.
  'unicorn/no-new-array': 'off',
  // A spread of a small fact is clearer than a mutation of it.
  'oxc/no-map-spread': 'off',
  // The compiler knows better: a `switch` over a union that returns in every case is complete.
  'typescript/consistent-return': 'off',
  // fast-check is used as it documents itself: `fc.assert`, `fc.property`.
  'import/no-named-as-default-member': 'off',
  // A chain that ends in an effect returns nothing, on purpose.
  'promise/always-return': 'off',
  // Damage tests ask more of an error that may come, and fail elsewhere when none does.
  'vitest/no-conditional-expect': 'off',
  // What several tests expect stands in a function of its own.
  'vitest/no-standalone-expect': 'off',
  // `#private` fields make it moot; `_` marks what is taken out and dropped.
  'no-underscore-dangle': 'off',
};

/** Sizes of STYLE: aim well below them. */
const sizes: OxlintOverride['rules'] = {
  complexity: ['error', { max: 12 }],
  'max-depth': ['error', { max: 4 }],
  'max-lines': ['error', { max: 400 }],
  'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', { max: 6 }],
};

const choices: OxlintOverride['rules'] = {
  eqeqeq: 'error',
  'array-callback-return': 'error',
  'default-case-last': 'error',
  'logical-assignment-operators': 'error',
  'no-console': 'error',
  'no-else-return': 'error',
  'no-empty': 'error',
  'no-labels': 'error',
  'no-lonely-if': 'error',
  'no-nested-ternary': 'error',
  'no-param-reassign': 'error',
  'no-return-assign': 'error',
  'no-self-compare': 'error',
  'no-sequences': 'error',
  'no-unneeded-ternary': 'error',
  'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
  'no-useless-return': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
  'prefer-object-has-own': 'error',
  'prefer-template': 'error',

  'import/first': 'error',
  'import/newline-after-import': 'error',
  'import/no-commonjs': 'error',
  'import/no-cycle': ['error', { ignoreTypes: false }],
  'import/no-default-export': 'error',
  'import/no-duplicates': 'error',
  'import/no-mutable-exports': 'error',
  'node/no-process-env': 'error',
  'promise/no-return-wrap': 'error',

  'typescript/array-type': 'error',
  'typescript/ban-ts-comment': 'error',
  'typescript/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  'typescript/no-deprecated': 'error',
  'typescript/no-explicit-any': 'error',
  'typescript/no-import-type-side-effects': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-unsafe-argument': 'error',
  'typescript/no-unsafe-assignment': 'error',
  'typescript/no-unsafe-call': 'error',
  'typescript/no-unsafe-member-access': 'error',
  'typescript/no-unsafe-return': 'error',
  'typescript/only-throw-error': 'error',
  'typescript/prefer-nullish-coalescing': 'error',
  'typescript/prefer-promise-reject-errors': 'error',
  'typescript/prefer-readonly': 'error',
  'typescript/restrict-plus-operands': 'error',
  'typescript/restrict-template-expressions': ['error', { allowNever: true, allowNumber: true }],
  'typescript/return-await': ['error', 'error-handling-correctness-only'],
  'typescript/switch-exhaustiveness-check': 'error',
  'typescript/use-unknown-in-catch-callback-variable': 'error',

  'unicorn/filename-case': ['error', { case: 'kebabCase' }],
  'unicorn/no-abusive-eslint-disable': 'error',
  'unicorn/no-length-as-slice-end': 'error',
  'unicorn/no-process-exit': 'error',
  'unicorn/no-typeof-undefined': 'error',
  'unicorn/no-useless-promise-resolve-reject': 'error',
  'unicorn/prefer-array-some': 'error',
  'unicorn/prefer-at': 'error',
  'unicorn/prefer-node-protocol': 'error',
  'unicorn/prefer-number-properties': ['error', { checkInfinity: false, checkNaN: false }],
  'unicorn/prefer-string-replace-all': 'error',
  'unicorn/prefer-string-slice': 'error',
  'unicorn/prefer-structured-clone': 'error',
  'unicorn/throw-new-error': 'error',

  'vitest/valid-expect': ['error', { maxArgs: 2 }],
  'vitest/expect-expect': [
    'error',
    { assertFunctionNames: ['expect', 'expectTypeOf', 'fc.assert', 'expect*', 'assert*'] },
  ],
};

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'node', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  options: { reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist/**', 'coverage/**', '**/golden/**'],
  rules: { ...choices, ...sizes, ...unfit },
  overrides: [
    ...direction,
    { files: ['src/**'], excludeFiles: ['src/runtime/**', ...tests], rules: clockAndDice },
    {
      files: tests,
      rules: {
        'max-lines-per-function': 'off',
        'no-console': 'off',
        'node/no-process-env': 'off',
        // `expect.any` and its like are typed so.
        'typescript/no-unsafe-assignment': 'off',
        'no-restricted-globals': ['error', banGlobals(timers, noSleep)],
        'no-restricted-imports': ['error', { name: 'node:timers/promises', message: noSleep }],
      },
    },
    {
      files: programs,
      rules: { 'no-console': 'off', 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' },
    },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off', 'node/no-process-env': 'off' } },
    // Without a tsconfig of their own, scripts have no types to be checked.
    {
      files: ['**/*.js'],
      rules: {
        'typescript/no-unsafe-argument': 'off',
        'typescript/no-unsafe-assignment': 'off',
        'typescript/no-unsafe-call': 'off',
        'typescript/no-unsafe-member-access': 'off',
        'typescript/no-unsafe-return': 'off',
      },
    },
  ],
});
