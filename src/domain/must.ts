import { internal } from './errors.ts';

/** A value that the code around it guarantees; its absence is our defect. */
export function must<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined)
    throw internal('must', 'a value that must be there is absent; please report this');
  return value;
}
