import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { limits } from '../domain/limits.ts';
import { repeatEvery } from './clock.ts';

/**
 * Keeps a program small whose work is to pass buffers on. Changes settings of the whole process: only for programs, never for the library.
 *
 * 1. V8 collects garbage when its own heap has grown. Buffers lie elsewhere, and of dead ones it lets some hundred megabytes stand; so they
 *    are counted here, and collected when there may be too many.
 * 2. The young part of its heap keeps the size that it starts with: it would grow to 32 MB, and little but buffers dies young here.
 */
export function saveMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let living = 0;
  repeatEvery(limits.memoryCheckMs, () => {
    const standing = bufferBytes();
    living = Math.min(living, standing);
    if (standing - living < limits.deadBufferBytesMax) return;
    collectGarbage();
    living = bufferBytes();
  });
}

function bufferBytes(): number {
  try {
    return process.memoryUsage().arrayBuffers;
  } catch {
    // It asks the operating system too, which cannot answer while the descriptor table is full. Then nothing is allocated either.
    return 0;
  }
}
