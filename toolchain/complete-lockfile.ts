import { readFileSync, writeFileSync } from 'node:fs';
import { missingPlatforms, type Lockfile } from './lockfile.ts';

/**
 * `npm run lockfile`, to be run after every `npm install`.
 *
 * npm leaves out of the lockfile what the registry at hand does not have, and `npm ci` then refuses the lockfile. So the packages for other
 * platforms are written down with the version that their owner asks for.
 */
const path = new URL('../package-lock.json', import.meta.url);
const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
const missing = missingPlatforms(lockfile);
const entries = Object.entries({ ...lockfile.packages, ...missing }).toSorted(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(path, `${JSON.stringify({ ...lockfile, packages: Object.fromEntries(entries) }, null, 2)}\n`);
console.log(`${Object.keys(missing).length} packages for other platforms added to package-lock.json`);
