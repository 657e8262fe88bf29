// Would catch: a byte of the store that nothing protects, or a reader that believes a flipped one.
import { expect, test } from 'vitest';
import { expectEachFound, storeAtRest } from './small-store.ts';

test('every single-byte flip is found by verify and refused by readers', { timeout: 400_000 }, async () => {
  const rest = await storeAtRest();
  const count = await expectEachFound(rest, flips, 'flip');
  const bytes = rest.protectedKeys.reduce((sum, key) => sum + (rest.objects.get(key)?.length ?? 0), 0);
  expect(count).toBe(bytes);
});

/** Each byte once, each time with other bits. */
function* flips(intact: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < intact.length; at++) {
    const bytes = Uint8Array.from(intact);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + ((at * 37) % 255));
    yield bytes;
  }
}
