/**
 * 1 - lev(x, y) / max length over tokens: symmetric, and one other token in a fragment of up to 20 is at most 0.95. Two empty
 * sequences are equal, 1.
 */
export function editSimilarity(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const longest = Math.max(x.length, y.length);
  return longest === 0 ? 1 : 1 - levenshtein(x, y) / longest;
}

/** Shared words over the smaller word set, as the released code has it; 0 when one side is blank, where that code divides by 0. */
export function overlapSimilarity(x: string, y: string): number {
  const words = (text: string) => new Set(text.split(/\s+/).filter((word) => word !== ''));
  const a = words(x);
  const b = words(y);
  const smaller = Math.min(a.size, b.size);
  return smaller === 0 ? 0 : [...a].filter((word) => b.has(word)).length / smaller;
}

function levenshtein(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let row = Array.from({ length: y.length + 1 }, (_, j) => j);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      const replaced = row[j - 1]! + (x[i - 1] === y[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[y.length]!;
}
