/** What `src/runtime/save-memory.test.ts` runs with few file descriptors: a program that saves memory and has no descriptor left. */
import { closeSync, openSync } from 'node:fs';
import { limits } from '../src/domain/limits.ts';
import { sleep } from '../src/runtime/clock.ts';
import { saveMemory } from '../src/runtime/save-memory.ts';

saveMemory();
const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {
  await sleep(limits.memoryCheckMs * 5);
}
for (const descriptor of open) closeSync(descriptor);
process.stdout.write('alive');
