import { invalid } from '../domain/errors.ts';

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of `500ms`, `90s`, `10m`, `2h`. A number alone is seconds. */
export function parseDuration(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === undefined) {
    throw invalid('duration', `a duration is a number with ms, s, m or h, such as 90s or 10m: ${JSON.stringify(text)}`);
  }
  return Math.round(Number(number) * unitsMs[unit as keyof typeof unitsMs]);
}
