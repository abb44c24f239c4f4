import type { PyValue } from '@itool/bfcl';
import { type Bm25, bestDocuments, createBm25 } from '../bm25.ts';
import { item, iterate, text } from '../py-access.ts';
import { pyStrip } from '../py-text.ts';
import { wordTokenize } from './word-tokenize.ts';

const RESULTS = 2;
const indexes = new WeakMap<object, Bm25>();

/** Documents are indexed once per table, since a table for reading is shared by all samples. */
function indexOf(table: PyValue): Bm25 {
  const key = table as object;
  let index = indexes.get(key);
  if (!index) {
    const words = iterate(item(table, 'tokenized_documents'));
    index = createBm25(words.map((document) => iterate(document).map((word) => text(word))));
    indexes.set(key, index);
  }
  return index;
}

/**
 * The two best documents for a keyword. Equal scores keep the order of the table; numpy's unstable sort may order them otherwise,
 * which matters only for a keyword that fewer than two documents answer.
 */
export function searchDocuments(table: PyValue, keyword: string): PyValue {
  const documents = iterate(item(table, 'raw_documents'));
  const scores = indexOf(table)(wordTokenize(pyStrip(keyword.toLowerCase())));
  return bestDocuments(scores, RESULTS).map((index) => documents[index]!);
}
