import { PyError } from './py-error.ts';
import { pySplit } from './py-text.ts';

export type RougeL = { r: number; p: number; f: number };

const UP = 1;
const LEFT = 2;
const DIAGONAL = 3;

/** Sentences between full stops, white space squeezed; a piece of white space alone is one empty sentence. */
function sentences(text: string): string[][] {
  const pieces = text.split('.').filter((piece) => piece.length > 0);
  return pieces.map((piece) => pySplit(piece).join(' ').split(' '));
}

/**
 * Words of a longest common subsequence. Going back from the end, a step up in the reference is taken only when it is strictly better,
 * otherwise one to the left in the hypothesis, so that the words are those of the official package. One byte per cell.
 */
function commonWords(reference: readonly string[], hypothesis: readonly string[]): Set<string> {
  const width = hypothesis.length + 1;
  const steps = new Uint8Array((reference.length + 1) * width);
  let above = new Int32Array(width);
  let row = new Int32Array(width);
  for (let i = 1; i <= reference.length; i++) {
    for (let j = 1; j < width; j++) {
      if (reference[i - 1] === hypothesis[j - 1]) {
        row[j] = above[j - 1]! + 1;
        steps[i * width + j] = DIAGONAL;
      } else {
        const up = above[j]! > row[j - 1]!;
        row[j] = up ? above[j]! : row[j - 1]!;
        steps[i * width + j] = up ? UP : LEFT;
      }
    }
    [above, row] = [row, above];
  }
  const words = new Set<string>();
  let i = reference.length;
  let j = hypothesis.length;
  while (i > 0 && j > 0) {
    const step = steps[i * width + j];
    if (step === DIAGONAL) words.add(reference[i - 1]!);
    if (step !== LEFT) i--;
    if (step !== UP) j--;
  }
  return words;
}

/**
 * Rouge-L of the package `rouge` (specs/api-bank.md 10): summary level over sets of distinct words. Throws `PyError` (ValueError) when a
 * text has no sentence. Time grows with the product of the two lengths; the reference is a short recorded answer.
 */
export function rougeL(reference: string, hypothesis: string): RougeL {
  const hypotheses = sentences(hypothesis);
  const references = sentences(reference);
  if (hypotheses.length === 0) throw new PyError('ValueError', 'Hypothesis is empty.');
  if (references.length === 0) throw new PyError('ValueError', 'Reference is empty.');
  const union = new Set<string>();
  for (const sentence of references) {
    for (const other of hypotheses) for (const word of commonWords(sentence, other)) union.add(word);
  }
  const r = union.size / new Set(references.flat()).size;
  const p = union.size / new Set(hypotheses.flat()).size;
  return { r, p, f: 2 * ((p * r) / (p + r + 1e-8)) };
}

/** Score of one answer as the evaluators report it: f with four decimals, 0 for an empty output or one of full stops only. */
export function responseScore(reference: string, output: string): number {
  if (output === '') return 0;
  try {
    return Number(rougeL(reference, output).f.toFixed(4));
  } catch (error) {
    if (error instanceof PyError) return 0;
    throw error;
  }
}
