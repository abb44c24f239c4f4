const K1 = 1.5;
const B = 0.75;
const EPSILON = 0.25;

/** Scores of all documents for a query of words. */
export type Bm25 = (query: readonly string[]) => Float64Array;

/**
 * BM25 as rank_bm25's BM25Okapi computes it: idf = ln(N - n + 0.5) - ln(n + 0.5), words in more than half of the documents get a quarter of
 * the mean idf. Sums run in the order of first appearance, so that scores agree to the last bit.
 */
export function createBm25(documents: readonly (readonly string[])[]): Bm25 {
  const frequencies = documents.map((words) => {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return counts;
  });
  const holders = new Map<string, number>();
  for (const counts of frequencies) for (const word of counts.keys()) holders.set(word, (holders.get(word) ?? 0) + 1);
  const idf = new Map<string, number>();
  let sum = 0;
  for (const [word, held] of holders) {
    const weight = Math.log(documents.length - held + 0.5) - Math.log(held + 0.5);
    idf.set(word, weight);
    sum += weight;
  }
  const floor = EPSILON * (sum / idf.size);
  for (const [word, weight] of idf) if (weight < 0) idf.set(word, floor);
  const mean_length = documents.reduce((total, words) => total + words.length, 0) / documents.length;
  return (query) => {
    const scores = new Float64Array(documents.length);
    for (const word of query) {
      const weight = idf.get(word) ?? 0;
      if (weight === 0) continue;
      for (let i = 0; i < documents.length; i++) {
        const frequency = frequencies[i]!.get(word) ?? 0;
        const length = 1 - B + (B * documents[i]!.length) / mean_length;
        scores[i]! += weight * ((frequency * (K1 + 1)) / (frequency + K1 * length));
      }
    }
    return scores;
  };
}

/** Indices of the best documents, best first; the earlier one when scores are equal. */
export function bestDocuments(scores: ArrayLike<number>, count: number): number[] {
  return Array.from(scores, (score, index) => ({ score, index }))
    .sort((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, count)
    .map(({ index }) => index);
}
