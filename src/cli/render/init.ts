import type { Page } from './page.ts';

/** The `--json` contract of `init`. */
export interface InitResult {
  /** The configuration file. */
  readonly config: string;
  readonly store: string;
  readonly stage: string;
}

/** `init` for people. */
export function renderInit({ config, store, stage }: InitResult, page: Page): string {
  return [
    `${page.style('green', 'wrote')} ${config}`,
    `the store is ${page.style('bold', store)}, stage ${page.style('bold', stage)}`,
    'next: alluvium submit FILE',
    '',
  ].join('\n');
}
