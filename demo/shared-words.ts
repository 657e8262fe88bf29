const stopWords = new Set('a an and as at be by for from in into is it its of on or that the this to with'.split(' '));

/** The words of the query, little ones excepted, that stand in the text. */
export function sharedWords(query: string, text: string): string[] {
  const known = new Set(words(text));
  return words(query).filter((word) => known.has(word) && !stopWords.has(word));
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
