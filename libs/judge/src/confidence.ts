import { OPTION_WEIGHTS, OPTIONS } from './judge-prompt.ts';

/**
 * C of four logits or log-probabilities (A, B, C, D): the options' probabilities, renormalised to 1 among the four, times their
 * weights. Range [-2, 1]. Adding a constant to all four changes nothing.
 */
export function confidence(logits: ArrayLike<number>): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < OPTIONS.length; i++) highest = Math.max(highest, logits[i]!);
  let total = 0;
  let weighted = 0;
  for (let i = 0; i < OPTIONS.length; i++) {
    const probability = Math.exp(logits[i]! - highest);
    total += probability;
    weighted += probability * OPTION_WEIGHTS[i]!;
  }
  return weighted / total;
}

/** Token ids that stand for each letter: written alone and after a space, where that is one token. */
export function letterTokenIds(encode: (text: string) => number[]): number[][] {
  return OPTIONS.map((letter) => {
    const ids = [letter, ` ${letter}`].map(encode).filter((tokens) => tokens.length === 1);
    return [...new Set(ids.map((tokens) => tokens[0]!))];
  });
}

/** Four letter logits out of a vocabulary-wide row: log-sum-exp over the tokens of each letter. */
export function letterLogits(logits: ArrayLike<number>, letter_ids: readonly number[][]): number[] {
  return letter_ids.map((ids) => {
    const highest = ids.reduce((best, id) => Math.max(best, logits[id]!), Number.NEGATIVE_INFINITY);
    const sum = ids.reduce((total, id) => total + Math.exp(logits[id]! - highest), 0);
    return highest + Math.log(sum);
  });
}
