// Bug it would catch: a lockfile that `npm install` wrote and `npm ci` refuses, or that names the registry of the machine it was made on.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingPlatforms, type Lockfile } from '../../toolchain/lockfile.ts';

const path = new URL('../../package-lock.json', import.meta.url);
const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;

test('every package for another platform is locked; if not: npm run lockfile', () => {
  expect(Object.keys(missingPlatforms(lockfile))).toEqual([]);
});

test('no package is bound to a registry', () => {
  const bound = Object.entries(lockfile.packages).filter(([, { resolved = '' }]) => /^https?:/.test(resolved));
  expect(bound.map(([name]) => name)).toEqual([]);
});

test('a package that npm left out is completed from its owner and its name', () => {
  const packages = {
    'node_modules/tool': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: {
        'tool-linux-x64-gnu': '1.0.0',
        '@tool/linux-arm-musleabihf': '1.0.0',
        '@tool/win32-x64-msvc': '1.0.0',
      },
    },
    'node_modules/tool-linux-x64-gnu': { version: '1.0.0' },
  };
  expect(missingPlatforms({ packages })).toEqual({
    'node_modules/@tool/linux-arm-musleabihf': {
      version: '1.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['arm'],
      libc: ['musl'],
    },
    'node_modules/@tool/win32-x64-msvc': { version: '1.0.0', dev: true, optional: true, os: ['win32'], cpu: ['x64'] },
  });
});
