import { limits } from './limits.ts';

/** The beginning of a text, short enough for a message. */
export function excerpt(text: string): string {
  const { quotedCharactersMax } = limits;
  // Cut between code points: half a surrogate pair is no text.
  return text.length > quotedCharactersMax
    ? `${text.slice(0, quotedCharactersMax).replace(/[\uD800-\uDBFF]$/, '')}…`
    : text;
}
