import { expect, test } from 'vitest';
import { invalid } from '../../src/domain/errors.ts';
import {
  type CurrentStore,
  bytesOf,
  expectAbsent,
  expectError,
  expectSameBytes,
  listAll,
  listKeys,
  patternedBytes,
} from './store-expectations.ts';

export function checkWrites(store: CurrentStore): void {
  checkStreams(store);
  checkFailingBodies(store);
  checkReplacement(store);
  checkIfAbsent(store);
}

function checkStreams(store: CurrentStore): void {
  test('a big streamed body arrives whole, in order, even where the writer uses one buffer again and again', async () => {
    const bytes = patternedBytes(5 * 1024 * 1024 + 17);
    expect(await store().put('big', chunked(bytes, 65_537))).toBe('created');
    expectSameBytes(await store().get('big'), bytes);
    expect(await listAll(store(), '')).toEqual([{ key: 'big', bytes: bytes.length }]);
  });

  test('a streamed body may be empty, or have empty chunks', async () => {
    await store().put('none', streamOf([]));
    await store().put('some', streamOf([new Uint8Array(), bytesOf('ab'), new Uint8Array(), bytesOf('c')]));
    expectSameBytes(await store().get('none'), new Uint8Array());
    expectSameBytes(await store().get('some'), bytesOf('abc'));
  });

  test('an unfinished object is invisible, and visible the moment its put resolves', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytesOf('first half, ');
      reached.resolve();
      await gate.promise;
      yield bytesOf('second half');
    }
    const putting = store().put('folder/slow', body());
    await reached.promise;
    await expectAbsent(store(), 'folder/slow');
    expect(await listKeys(store())).toEqual([]);
    gate.resolve();
    expect(await putting).toBe('created');
    expectSameBytes(await store().get('folder/slow'), bytesOf('first half, second half'));
    expect(await listAll(store(), '')).toEqual([{ key: 'folder/slow', bytes: 23 }]);
  });

  test('many puts at once, each its own object', async () => {
    const keys = Array.from({ length: 60 }, (_, index) => `many/${index % 7}/${index}`);
    await Promise.all(keys.map(async (key) => store().put(key, bytesOf(key))));
    for (const key of keys) expectSameBytes(await store().get(key), bytesOf(key));
    expect(await listKeys(store())).toEqual(keys.toSorted());
  });
}

function checkFailingBodies(store: CurrentStore): void {
  const failure = invalid('bad-line', 'the body failed');
  const bodies = [
    ['at once', []],
    ['in mid-stream', [patternedBytes(200_000)]],
  ] as const;

  for (const [when, chunks] of bodies) {
    test(`a body that throws ${when} leaves nothing behind, and its error is what the put rejects with`, async () => {
      expect(await rejection(store().put('folder/a', failingAfter(chunks, failure)))).toBe(failure);
      expect(await rejection(store().put('folder/b', failingAfter(chunks, failure), { ifAbsent: true }))).toBe(failure);
      await expectAbsent(store(), 'folder/a');
      await expectAbsent(store(), 'folder/b');
      expect(await listKeys(store())).toEqual([]);
      expect(await store().put('folder/b', bytesOf('now'), { ifAbsent: true })).toBe('created');
    });

    test(`a body that throws ${when} does not touch the object that was there`, async () => {
      await store().put('a', bytesOf('standing'));
      expect(await rejection(store().put('a', failingAfter(chunks, failure)))).toBe(failure);
      expectSameBytes(await store().get('a'), bytesOf('standing'));
      expect(await listAll(store(), '')).toEqual([{ key: 'a', bytes: 8 }]);
    });
  }
}

function checkReplacement(store: CurrentStore): void {
  test('without ifAbsent the object is replaced, whatever the sizes', async () => {
    for (const text of ['short', 'a longer text', '', 'x']) {
      expect(await store().put('a', bytesOf(text))).toBe('created');
      expectSameBytes(await store().get('a'), bytesOf(text));
      expect(await store().head('a')).toEqual({ bytes: text.length });
      expect(await listAll(store(), '')).toEqual([{ key: 'a', bytes: text.length }]);
    }
  });

  test('readers of an object that is being replaced see one write or another, never a mixture', async () => {
    // Version v is (1 + v) × 64 KiB of the byte v: bytes of two writes, or a wrong size, cannot hide.
    const unit = 65_536;
    const version = (v: number) => new Uint8Array((1 + v) * unit).fill(v);
    const versions = 6;
    await store().put('a', version(0));
    const written = new AbortController();
    const writer = async () => {
      for (let round = 1; round <= 24; round++) await store().put('a', version(round % versions));
      written.abort();
    };
    let reads = 0;
    const reader = async () => {
      while (!written.signal.aborted) {
        const bytes = await store().get('a');
        expectSameBytes(bytes, version(bytes[0] ?? versions));
        const range = await store().getRange('a', unit - 10, 10);
        expect(new Set(range).size).toBe(1);
        const size = (await store().head('a'))?.bytes ?? 0;
        expect(size % unit === 0 && size > 0 && size <= versions * unit).toBe(true);
        reads++;
      }
    };
    await Promise.all([writer(), reader(), reader(), reader()]);
    expect(reads).toBeGreaterThan(0);
  });

  test('of writers that replace at once, one is last', async () => {
    const bodies = Array.from({ length: 8 }, (_, index) => patternedBytes(50_000 + index, index));
    await Promise.all(bodies.map(async (body) => store().put('a', chunked(body, 9_000))));
    const standing = await store().get('a');
    expect(bodies.filter((body) => Buffer.compare(body, standing) === 0)).toHaveLength(1);
  });
}

function checkIfAbsent(store: CurrentStore): void {
  test('ifAbsent creates once, and changes nothing after', async () => {
    expect(await store().put('a', bytesOf('first'), { ifAbsent: true })).toBe('created');
    expect(await store().put('a', bytesOf('second one'), { ifAbsent: true })).toBe('exists');
    expect(await store().put('a', streamOf([bytesOf('third')]), { ifAbsent: true })).toBe('exists');
    expectSameBytes(await store().get('a'), bytesOf('first'));
    expect(await listAll(store(), '')).toEqual([{ key: 'a', bytes: 5 }]);
  });

  test('ifAbsent sees objects that were put without it, and not those that were deleted', async () => {
    await store().put('a', bytesOf('plain'));
    expect(await store().put('a', bytesOf('late'), { ifAbsent: true })).toBe('exists');
    await store().delete('a');
    expect(await store().put('a', bytesOf('again'), { ifAbsent: true })).toBe('created');
    expectSameBytes(await store().get('a'), bytesOf('again'));
  });

  test('of 20 racing writers exactly one creates, and the object is its own; 50 rounds', async () => {
    for (let round = 0; round < 50; round++) {
      const key = `race/${round}`;
      const bodies = Array.from({ length: 20 }, (_, index) => patternedBytes(1_000 + index, index));
      const results = await Promise.all(
        bodies.map(async (body, index) =>
          store().put(key, index % 2 === 0 ? body : chunked(body, 300), { ifAbsent: true }),
        ),
      );
      expect(results.filter((result) => result === 'created')).toHaveLength(1);
      expect(results.filter((result) => result === 'exists')).toHaveLength(19);
      const winner = bodies[results.indexOf('created')] ?? new Uint8Array();
      expectSameBytes(await store().get(key), winner);
    }
  }, 60_000);

  test('an unfinished put holds no key: who finishes first creates', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytesOf('slow');
      reached.resolve();
      await gate.promise;
    }
    const slow = store().put('a', body(), { ifAbsent: true });
    await reached.promise;
    expect(await store().put('a', bytesOf('quick'), { ifAbsent: true })).toBe('created');
    gate.resolve();
    expect(await slow).toBe('exists');
    expectSameBytes(await store().get('a'), bytesOf('quick'));
  });

  test('an aborted body leaves nothing behind', async () => {
    const controller = new AbortController();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield bytesOf('begun');
      controller.abort();
      yield bytesOf('too late');
    }
    await expectError(store().put('a', body(), { signal: controller.signal }), 'Canceled');
    await expectAbsent(store(), 'a');
  });
}

/** Chunks of one buffer that is filled again and again, as a careful encoder would. */
async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let offset = 0; offset < bytes.length; offset += size) {
    const chunk = bytes.subarray(offset, offset + size);
    buffer.set(chunk);
    yield buffer.subarray(0, chunk.length);
    buffer.fill(0);
  }
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* failingAfter(chunks: readonly Uint8Array[], error: Error): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw error;
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
