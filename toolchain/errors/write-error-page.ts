import { writeFileSync } from 'node:fs';
import { renderErrorPage } from './error-page.ts';

/** `npm run docs:errors` */
writeFileSync(new URL('../../docs/errors.md', import.meta.url), renderErrorPage());
