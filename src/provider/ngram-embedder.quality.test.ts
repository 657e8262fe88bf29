// The bug it would catch: searching with the local embedder finds lines that share no word with the query.
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { embedText, localDimension } from './ngram-embedder.ts';

const receipts = new URL('../../../shared/data/receipts/lines.jsonl.gz', import.meta.url);
const typings = new URL('../../node_modules/@types/node/', import.meta.url);
const hitsPerQuery = 5;

test.skipIf(!existsSync(receipts))('receipts: whoever asks for words gets lines with these words', () => {
  const lines = gunzipSync(readFileSync(receipts)).toString().trimEnd().split('\n');
  const corpus = new Corpus(lines.map((line) => (JSON.parse(line) as { document: string }).document));
  for (const query of ['TOTAL AMOUNT', 'cash change', 'gst summary', 'thank you']) expectSharedWords(corpus, query);
  expect(corpus.shareOfHits(100)).toBeGreaterThan(0.99);
});

test('documentation of Node: whoever asks for words gets paragraphs with these words', () => {
  const corpus = new Corpus(['fs', 'http', 'crypto', 'stream'].flatMap(paragraphs));
  for (const query of ['create a read stream', 'hash of a file', 'http server listen'])
    expectSharedWords(corpus, query);
  expect(corpus.shareOfHits(100)).toBeGreaterThan(0.95);
});

function expectSharedWords(corpus: Corpus, query: string): void {
  const strangers = corpus.search(query).filter((hit) => !sharesWord(query, hit));
  expect(strangers, query).toEqual([]);
}

/** Every paragraph of a module's JSDoc. */
function paragraphs(module: string): string[] {
  const source = readFileSync(new URL(`${module}.d.ts`, typings), 'utf8');
  return [...source.matchAll(/\/\*\*(?<comment>[\s\S]*?)\*\//g)]
    .flatMap((match) => (match.groups?.['comment'] ?? '').replaceAll(/^\s*\* ?/gm, '').split(/\n\s*\n/))
    .map((paragraph) => paragraph.replaceAll(/\s+/g, ' ').trim())
    .filter((paragraph) => paragraph !== '');
}

function wordsOf(text: string): Set<string> {
  return new Set(
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu),
  );
}

function sharesWord(query: string, hit: string): boolean {
  return !wordsOf(query).isDisjointFrom(wordsOf(hit));
}

/** Different texts with their vectors. */
class Corpus {
  readonly #documents: readonly string[];
  readonly #vectors: readonly Float32Array[];

  constructor(documents: readonly string[]) {
    this.#documents = [...new Set(documents)];
    this.#vectors = this.#documents.map((document) => embedText(document, localDimension));
  }

  search(query: string): string[] {
    const wanted = embedText(query, localDimension);
    const scores = this.#vectors.map((vector) => dot(wanted, vector));
    const ranked = [...scores.keys()].toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
    return ranked.slice(0, hitsPerQuery).map((index) => this.#documents[index] ?? '');
  }

  /** Of the top hits of many two-word queries, how many share a word, as far as the corpus has that many that do. */
  shareOfHits(queries: number): number {
    let shared = 0;
    let possible = 0;
    for (const query of this.#queries(queries)) {
      shared += this.search(query).filter((hit) => sharesWord(query, hit)).length;
      possible += Math.min(hitsPerQuery, this.#documents.filter((document) => sharesWord(query, document)).length);
    }
    return shared / possible;
  }

  /** Half of two words that follow each other, half of words that have nothing to do with each other; always the same ones. */
  #queries(count: number): string[] {
    const words = this.#documents.map((document) => [...wordsOf(document)]).filter((found) => found.length > 1);
    const pick = (index: number): string[] => words[(index * 7_919 + 13) % words.length] ?? [];
    return Array.from({ length: count }, (_, index) => {
      const at = index % (pick(index).length - 1);
      const second = index % 2 === 0 ? pick(index)[at + 1] : pick(index + count)[0];
      return `${pick(index)[at]} ${second}`;
    });
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
