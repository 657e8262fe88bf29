/**
 * What Alluvium needs of a place to keep objects. `test/conformance/store.ts` checks an implementation.
 *
 * Keys are `/`-separated, of `a-z 0-9 . _ -`. Every method rejects with an `AlluviumError`: `Unavailable` where the same
 * call may succeed later, `NotFound` for an absent key where one is needed. No driver's own error leaves a driver.
 */
export interface Store {
  /** Names the store in messages: never holds a secret. */
  readonly url: string;

  /** The whole object. Must be from one write: never a mixture of two. `NotFound` when absent. */
  get(key: string, options?: RequestOptions): Promise<Uint8Array>;

  /** Exactly `length` bytes from `offset`. `NotFound` when absent; `Corrupt` (`object-too-short`) when it ends before. */
  getRange(key: string, offset: number, length: number, options?: RequestOptions): Promise<Uint8Array>;

  /** The object's size in bytes, or null when absent. Must see every put that was acknowledged before. */
  head(key: string, options?: RequestOptions): Promise<ObjectHead | null>;

  /**
   * Writes a whole object. When it resolves the object must survive a power cut, and be visible to every reader at once
   * and whole; when it rejects or the process dies, a reader must see the whole object or none of it. A body that throws
   * leaves nothing behind.
   *
   * With `ifAbsent`, of any number of racing writers, in any processes, exactly one gets `created`; the others get `exists`
   * and change nothing. Without, the object is replaced atomically.
   */
  put(key: string, body: Body, options?: PutOptions): Promise<'created' | 'exists'>;

  /**
   * Every object whose key begins with `prefix` (any string), in ascending order of key (by bytes). Objects that exist throughout
   * must be listed; unfinished writes must not.
   */
  list(prefix: string, options?: RequestOptions): AsyncIterable<ListedObject>;

  /** Removes an object. An absent key is no error. */
  delete(key: string, options?: RequestOptions): Promise<void>;

  deleteMany(keys: readonly string[], options?: RequestOptions): Promise<void>;
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends RequestOptions {
  readonly ifAbsent?: boolean;
}

export interface ObjectHead {
  readonly bytes: number;
}

export interface ListedObject extends ObjectHead {
  readonly key: string;
}
