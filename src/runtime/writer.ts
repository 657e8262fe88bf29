import { newToken } from './random.ts';
import { version } from './package-version.ts';

/**
 * Stands in every fact this process writes: which code wrote it, and a token that tells our own put, whose answer was lost,
 * from another writer's.
 */
export const writer = `alluvium ${version} ${newToken()}`;
