import { type RandomStream, randomStream } from '@itool/random';
import { drawExample, type Example, type ExampleOptions } from './example.ts';
import type { RequestFamily } from './families.ts';
import { isEvaluationText } from './held-out.ts';

/** Longer requests are drawn again: they cost context and teach nothing that shorter ones do not. */
function isTooLong(example: Example): boolean {
  return example.text.length > 90 + 40 * example.calls.length;
}

/**
 * First example of the numbered streams of this row whose request text belongs to `side` and is not too long. One stream per row and attempt: the
 * number of rows changes no row, and a changed phrase changes the rows that use it.
 */
export function drawForSide(
  side: 'training' | 'evaluation',
  family: RequestFamily,
  options: ExampleOptions,
  seed: number,
  ...names: (string | number)[]
): { example: Example; stream: RandomStream } {
  for (let attempt = 0; ; attempt++) {
    const stream = randomStream(seed, ...names, attempt);
    const example = drawExample(family, options, stream);
    if (!isTooLong(example) && isEvaluationText(example.text) === (side === 'evaluation')) return { example, stream };
  }
}
