import { AlluviumError, corrupt } from '../domain/errors.ts';
import type { DeltaPlace, DeltaSeal, SealedFact } from '../domain/facts.ts';
import type { Row } from '../domain/row.ts';
import { decodeFile } from '../format/arrow-decoder.ts';
import type { Store } from '../store/contract.ts';
import { readNamed, readNamedFact } from '../store/facts.ts';

export interface VerifiedDelta {
  readonly place: DeltaPlace;
  readonly seal: DeltaSeal;
  readonly rows: readonly Row[];
}

/** Reads a delta whole, refuses it unless its bytes are the sealed ones, and decodes it. Seal and delta are read twice before they are blamed. */
export async function verifyDelta(
  store: Store,
  place: DeltaPlace,
  dimension: number,
  signal?: AbortSignal,
): Promise<VerifiedDelta> {
  const { fact } = await readTwice(async () => readNamedFact<SealedFact>(store, place.sealed, { signal }));
  const seal = fact.deltas.find(({ part }) => part === place.part);
  if (seal === undefined || seal.object.sha256 !== place.delta.sha256) {
    throw corrupt('delta-unsealed', place.delta.key, place.delta.sha256, seal?.object.sha256 ?? 'absent');
  }
  const bytes = await readTwice(async () => readNamed(store, seal.object, { signal }));
  const rows = [...decodeFile(seal.object.key, bytes, dimension)];
  if (rows.length !== seal.tally.rows) {
    throw corrupt('delta-rows', seal.object.key, seal.tally.rows, rows.length);
  }
  return { place, seal, rows };
}

/** A single wrong answer may be the reader's; the second one is the object's. */
async function readTwice<Read>(read: () => Promise<Read>): Promise<Read> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AlluviumError && error.kind === 'Corrupt') return await read();
    throw error;
  }
}
