// The bug it would catch: a driver of ours that breaks the contract every protocol of Alluvium rests on.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalStore } from '../../src/store/local.ts';
import { MemoryStore } from '../../src/store/memory.ts';
import { storeConformance } from './store.ts';

storeConformance('MemoryStore', { open: async () => new MemoryStore() });

storeConformance('LocalStore', {
  open: async () => new LocalStore(await mkdtemp(join(tmpdir(), 'alluvium-store-'))),
  close: async (store) => rm(fileURLToPath(store.url), { recursive: true }),
});
