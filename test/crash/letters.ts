import {
  embedWith,
  inputLines,
  type InputRecord,
  openOn,
  type Store,
  submit,
  type SubmitResult,
} from '../../src/index.ts';

/** Embeds by length and first letter; what begins with `!` comes back without a usable vector. */
export const letters = embedWith(
  (texts) => texts.map((text) => [text.startsWith('!') ? Number.NaN : text.length, text.charCodeAt(0)]),
  { name: 'letters', model: 'letters-1', dimension: 2 },
);

/** The only collection of these tests. */
export const collection = 'abc';

/** Hands in records, each written as `id:document`. */
export async function handIn(store: Store, records: readonly string[], recordsPerBatch: number): Promise<SubmitResult> {
  const opened = await openOn(store, { create: true });
  const options = { provider: letters.name, providers: [letters], recordsPerBatch };
  return await submit(opened, collection, inputLines(records.map(recordOf)), options);
}

function recordOf(text: string): InputRecord {
  const [id = '', document = ''] = text.split(':');
  return { id, document };
}
