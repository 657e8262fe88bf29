import * as fc from 'fast-check';
import {
  collectionKeys,
  executionKeys,
  formatSequence,
  keyStem,
  type KeyType,
  type ParsedKey,
  runningKey,
  storeKey,
} from '../src/domain/keys.ts';

/** What keys are made of. */
interface Names {
  readonly collection: string;
  readonly batchId: string;
  readonly executionId: string;
  readonly id: string;
  readonly hash: string;
  readonly state: string;
  readonly numbers: readonly [number, number, number];
}

const anyUuid = fc.uuid({ version: 7 });
const anyNumber = fc.oneof(fc.nat({ max: 12 }), fc.maxSafeNat());
export const anyNames: fc.Arbitrary<Names> = fc.record({
  collection: fc.stringMatching(/^[a-z0-9][a-z0-9_-]{2,62}$/),
  batchId: fc.tuple(anyUuid, fc.nat({ max: 99_999 })).map(([id, n]) => `${id}-${String(n).padStart(5, '0')}`),
  executionId: anyUuid,
  id: anyUuid,
  hash: fc.stringMatching(/^[0-9a-f]{64}$/),
  state: fc.stringMatching(/^(?:[A-Z][a-z]{1,9}){1,4}$/),
  numbers: fc.tuple(anyNumber, anyNumber, anyNumber),
});

type Place = 'collection' | 'batch' | 'execution' | 'pending' | 'running' | null;

interface Maker {
  readonly class: ParsedKey['class'];
  /** Which of the names a parsed key gives back. */
  readonly of: Place;
  readonly addressed?: true;
  readonly make: (names: Names) => string;
  /** The same key made of its own parts: `/` splits them. */
  readonly remake: (parts: readonly string[]) => string;
}

const part = (parts: readonly string[], at: number): string => parts.at(at) ?? '';
const stem = (parts: readonly string[], at = -1): string => keyStem(part(parts, at));
const keysOf = (parts: readonly string[]) => collectionKeys(part(parts, 1));
const batchOf = (parts: readonly string[]) => keysOf(parts).batch(part(parts, 3));
const executionOf = (parts: readonly string[]) => executionKeys(part(parts, 1));
/** Of `…/<round>/<state>/<item>`, ending at `end`. */
const taskOf = (parts: readonly string[], end: number): readonly [number, string, number] => [
  numberOf(part(parts, end - 2)),
  part(parts, end - 1),
  numberOf(stem(parts, end)),
];

/** Every maker of every type: the compiler demands each. */
export const makers: Readonly<Record<KeyType, Maker>> = {
  store: { class: 'fact', of: null, make: () => storeKey, remake: () => storeKey },
  collection: {
    class: 'fact',
    of: 'collection',
    make: ({ collection }) => collectionKeys(collection).collection,
    remake: (parts) => keysOf(parts).collection,
  },
  submission: {
    class: 'fact',
    of: 'collection',
    make: ({ collection, numbers }) => collectionKeys(collection).submission(numbers[0]),
    remake: (parts) => keysOf(parts).submission(numberOf(stem(parts))),
  },
  request: {
    class: 'data',
    of: 'batch',
    make: ({ collection, batchId }) => collectionKeys(collection).batch(batchId).request,
    remake: (parts) => batchOf(parts).request,
  },
  contents: {
    class: 'data',
    of: 'batch',
    make: ({ collection, batchId }) => collectionKeys(collection).batch(batchId).contents,
    remake: (parts) => batchOf(parts).contents,
  },
  output: {
    class: 'data',
    of: 'batch',
    addressed: true,
    make: ({ collection, batchId, hash }) => collectionKeys(collection).batch(batchId).output(hash),
    remake: (parts) => batchOf(parts).output(stem(parts)),
  },
  errors: {
    class: 'data',
    of: 'batch',
    addressed: true,
    make: ({ collection, batchId, hash }) => collectionKeys(collection).batch(batchId).errors(hash),
    remake: (parts) => batchOf(parts).errors(stem(parts)),
  },
  residue: {
    class: 'fact',
    of: 'batch',
    make: ({ collection, batchId, hash }) => collectionKeys(collection).batch(batchId).residue(hash),
    remake: (parts) => batchOf(parts).residue(stem(parts)),
  },
  sealed: {
    class: 'fact',
    of: 'batch',
    make: ({ collection, batchId }) => collectionKeys(collection).batch(batchId).sealed,
    remake: (parts) => batchOf(parts).sealed,
  },
  cancelled: {
    class: 'fact',
    of: 'batch',
    make: ({ collection, batchId }) => collectionKeys(collection).batch(batchId).cancelled,
    remake: (parts) => batchOf(parts).cancelled,
  },
  published: {
    class: 'fact',
    of: 'batch',
    make: ({ collection, batchId, numbers }) => collectionKeys(collection).batch(batchId).published(numbers[0]),
    remake: (parts) => batchOf(parts).published(numberOf(stem(parts))),
  },
  delta: {
    class: 'data',
    of: 'collection',
    make: ({ collection, id }) => collectionKeys(collection).delta(id),
    remake: (parts) => keysOf(parts).delta(stem(parts)),
  },
  segment: {
    class: 'data',
    of: 'collection',
    make: ({ collection, id, numbers }) => collectionKeys(collection).segment(`${formatSequence(numbers[0])}-${id}`),
    remake: (parts) => keysOf(parts).segment(stem(parts)),
  },
  index: {
    class: 'data',
    of: 'collection',
    make: ({ collection, id }) => collectionKeys(collection).index(id),
    remake: (parts) => keysOf(parts).index(stem(parts)),
  },
  dead: {
    class: 'data',
    of: 'collection',
    make: ({ collection, id, executionId }) => collectionKeys(collection).dead(id, executionId),
    remake: (parts) => keysOf(parts).dead(stem(parts, 3), part(parts, 4)),
  },
  'segment-receipt': {
    class: 'fact',
    of: 'collection',
    make: ({ collection, hash }) => collectionKeys(collection).receipt(hash),
    remake: (parts) => keysOf(parts).receipt(stem(parts)),
  },
  snapshot: {
    class: 'fact',
    of: 'collection',
    make: ({ collection, numbers }) => collectionKeys(collection).snapshot(numbers[0]),
    remake: (parts) => keysOf(parts).snapshot(numberOf(stem(parts))),
  },
  latest: {
    class: 'hint',
    of: 'collection',
    make: ({ collection }) => collectionKeys(collection).latest,
    remake: (parts) => keysOf(parts).latest,
  },
  pending: {
    class: 'hint',
    of: 'pending',
    make: ({ collection, batchId }) => collectionKeys(collection).pending(batchId),
    remake: (parts) => keysOf(parts).pending(part(parts, 2)),
  },
  input: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId }) => executionKeys(executionId).input,
    remake: (parts) => executionOf(parts).input,
  },
  work: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, numbers, state }) => executionKeys(executionId).work(numbers[0], state),
    remake: (parts) => executionOf(parts).work(numberOf(part(parts, 3)), stem(parts)),
  },
  receipt: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, numbers, state }) => executionKeys(executionId).receipt(numbers[0], state, numbers[1]),
    remake: (parts) => executionOf(parts).receipt(...taskOf(parts, 5)),
  },
  failure: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, numbers, state }) => executionKeys(executionId).failure(numbers[0], state, numbers[1]),
    remake: (parts) => executionOf(parts).failure(...taskOf(parts, 5)),
  },
  attempt: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, numbers, state, hash }) => {
      const attempt = executionKeys(executionId).attempt(numbers[0], state, numbers[1], numbers[2]);
      return hash < '8' ? attempt.started : attempt.ended;
    },
    remake: (parts) => {
      const attempt = executionOf(parts).attempt(...taskOf(parts, 5), numberOf(stem(parts)));
      return part(parts, 6).endsWith('.started.json') ? attempt.started : attempt.ended;
    },
  },
  events: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, numbers }) => executionKeys(executionId).eventPage(numbers[0]),
    remake: (parts) => executionOf(parts).eventPage(numberOf(stem(parts))),
  },
  running: {
    class: 'hint',
    of: 'running',
    make: ({ executionId }) => runningKey(executionId),
    remake: (parts) => runningKey(part(parts, 1)),
  },
  accusation: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId, id }) => executionKeys(executionId).accusation(id),
    remake: (parts) => executionOf(parts).accusation(stem(parts)),
  },
  outcome: {
    class: 'fact',
    of: 'execution',
    make: ({ executionId }) => executionKeys(executionId).outcome,
    remake: (parts) => executionOf(parts).outcome,
  },
};

/** Numbers that are no longer exact are far beyond any of ours: their digits stand for themselves. */
function numberOf(digits: string): number {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : (digits as unknown as number);
}
