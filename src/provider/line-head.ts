/**
 * What a line of a Batch API file is about, found without parsing it: nearly all of an answer is its vector.
 *
 * 1. Only members of the outermost object count, and reading ends as soon as both facts are known; in the files that OpenAI writes that is
 *    within the first hundred bytes.
 * 2. Nothing makes it throw, and nothing it says is trusted: `answer-line.ts` reads the whole line later.
 */
export interface LineHead {
  readonly type: 'request' | 'answer';
  readonly batchId: string;
  /** The position in the request, or null where what stands behind the batch is no number. */
  readonly n: number | null;
}

const quote = 0x22;
const backslash = 0x5c;

/** The members by which a request differs from an answer. */
const typeOfMember: ReadonlyMap<string, LineHead['type']> = new Map([
  ['method', 'request'],
  ['url', 'request'],
  ['body', 'request'],
  ['response', 'answer'],
  ['error', 'answer'],
]);

/** Null for a line that names no record of a batch, or is no JSON object. */
export function readLineHead(line: Buffer): LineHead | null {
  let type: LineHead['type'] | null = null;
  let place: Omit<LineHead, 'type'> | null = null;
  for (const { name, start } of members(line)) {
    if (name === 'custom_id') place = readPlace(line, start);
    else type ??= typeOfMember.get(name) ?? null;
    if (place !== null && type !== null) break;
  }
  return place === null ? null : { type: type ?? 'answer', ...place };
}

/** `<batchId>/<n>`, the string that starts here. */
function readPlace(line: Buffer, start: number): Omit<LineHead, 'type'> | null {
  const customId = readString(line, start) ?? '';
  const slash = customId.lastIndexOf('/');
  if (slash < 1) return null;
  const digits = customId.slice(slash + 1);
  const n = /^(?:0|[1-9][0-9]{0,14})$/.test(digits) ? Number(digits) : null;
  return { batchId: customId.slice(0, slash), n };
}

/** The members of the outermost object, each with where its value starts. Ends where the line stops to be JSON. */
function* members(line: Buffer): Generator<{ readonly name: string; readonly start: number }> {
  let at = skipSpace(line, 0);
  if (line[at] !== 0x7b) return;
  do {
    at = skipSpace(line, at + 1);
    const nameEnd = endOfString(line, at);
    const colon = skipSpace(line, nameEnd);
    if (nameEnd === line.length || line[colon] !== 0x3a) return;
    const start = skipSpace(line, colon + 1);
    yield { name: line.toString('latin1', at + 1, nameEnd - 1), start };
    at = skipSpace(line, endOfValue(line, start));
  } while (line[at] === 0x2c);
}

function readString(line: Buffer, start: number): string | null {
  const text = line.toString('utf8', start, endOfString(line, start));
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function skipSpace(line: Buffer, start: number): number {
  let at = start;
  while (line[at] === 0x20 || line[at] === 0x09 || line[at] === 0x0d) at += 1;
  return at;
}

/** Behind the closing quote of the string that starts here; the end of the line where there is none. */
function endOfString(line: Buffer, start: number): number {
  if (line[start] !== quote) return line.length;
  for (let at = line.indexOf(quote, start + 1); at !== -1; at = line.indexOf(quote, at + 1)) {
    let escapes = 0;
    while (line[at - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return at + 1;
  }
  return line.length;
}

/** Where the value that starts here has ended: at the comma or brace of the object that holds it. */
function endOfValue(line: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at += 1) {
    const byte = line[at];
    if (byte === quote) at = endOfString(line, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (depth === 0 && (byte === 0x2c || byte === 0x7d)) return at;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return line.length;
}
