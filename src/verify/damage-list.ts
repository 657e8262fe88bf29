import { type AlluviumError, toAlluviumError } from '../domain/errors.ts';

/** One object that is not what it should be. */
export interface Damage {
  readonly key: string;
  /** A code: `fact-digest`, `object-missing`, … */
  readonly reason: string;
  readonly expected: string | number | boolean | null;
  readonly actual: string | number | boolean | null;
}

/** Collects damage, one entry an object: the first that was found. */
export class DamageList {
  readonly #byKey = new Map<string, Damage>();

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  add(error: AlluviumError, fallbackKey: string): void {
    const { key = fallbackKey, expected = null, actual = null } = error.details;
    if (this.has(String(key))) return;
    this.#byKey.set(String(key), { key: String(key), reason: error.code, expected, actual });
  }

  /** Runs a check; damage it throws is noted and gives null, any other error is thrown on. */
  async guard<Result>(key: string, check: () => Promise<Result>): Promise<Result | null> {
    try {
      return await check();
    } catch (thrown) {
      const error = toAlluviumError(thrown);
      if (error.kind !== 'Corrupt') throw error;
      this.add(error, key);
      return null;
    }
  }

  sorted(): Damage[] {
    return [...this.#byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
  }
}
