import type { QueryResult } from '../../query/query.ts';
import type { Page } from './page.ts';
import { renderTable } from './table.ts';
import { formatCount, oneLine } from './text.ts';

const idWidthMax = 32;
/** Rank, score and the gaps between the columns. */
const besideWidth = 20;
const documentWidthMin = 20;

/** `query` for people: the best first, one line each, with the words of the query marked. */
export function renderQuery({ collection, version, results }: QueryResult, text: string, page: Page): string {
  const head = `${formatCount(results.length, 'result')} from ${collection} version ${version}`;
  if (results.length === 0) return `${head}\n`;
  const ids = results.map(({ id }) => oneLine(id));
  const idWidth = Math.min(idWidthMax, Math.max(...ids.map((id) => id.length)));
  const columns = [
    { name: '#', align: 'right' },
    { name: 'score', align: 'right' },
    { name: 'id', widthMax: idWidth },
    { name: 'document', widthMax: Math.max(documentWidthMin, page.width - besideWidth - idWidth) },
  ] as const;
  const rows = results.map(({ score, document }, index) => [
    String(index + 1),
    score.toFixed(3),
    ids[index] ?? '',
    markWords(oneLine(document ?? ''), text, page),
  ]);
  return `${head}\n\n${renderTable(columns, rows, page)}\n`;
}

/** Marks the words of the query wherever they begin a word of the text. */
function markWords(text: string, query: string, page: Page): string {
  const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return text;
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join('|')})`, 'giu');
  return text.replaceAll(pattern, (word) => page.style(['bold', 'yellow'], word));
}
