import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** 23,189 lines of real receipts; lies beside the project, not in it. Tests that need it skip, visibly, where it is absent. */
export const receiptsPath = fileURLToPath(new URL('../../shared/data/receipts/lines.jsonl.gz', import.meta.url));

export const receiptsAbsent = !existsSync(receiptsPath);
