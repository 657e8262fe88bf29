import { invalid } from '../domain/errors.ts';

export type InputFormat = 'jsonl' | 'csv';

export const inputFormats: readonly InputFormat[] = ['jsonl', 'csv'];

const formatsByExtension: Readonly<Record<string, InputFormat>> = { jsonl: 'jsonl', ndjson: 'jsonl', csv: 'csv' };

/** The format that a file's name tells, with or without `.gz`. */
export function formatOf(path: string): InputFormat {
  const extension = /\.([a-z]+)(\.gz)?$/.exec(path.toLowerCase())?.[1] ?? '';
  const format = formatsByExtension[extension];
  if (format === undefined) {
    throw invalid('input-format', `the name does not tell the format: ${path}`, {
      hint: 'say --format jsonl or --format csv',
    });
  }
  return format;
}
