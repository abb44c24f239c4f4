import type { JsonObject } from '@itool/record';
import type { z } from 'zod';
import { evaluationConfigSchema } from './config.ts';
import { drawForSide } from './draw-for-side.ts';
import type { Example } from './example.ts';
import type { RequestFamily } from './families.ts';

/** One category in BFCL's file format; `questions` and `answers` are the lines of the two files (no answers: irrelevance). */
export type EvaluationCategory = {
  category: string;
  family: RequestFamily;
  split: 'seen' | 'unseen';
  questions: JsonObject[];
  answers: JsonObject[];
};

/**
 * Category names begin with the family name, since the checker is chosen by the words `parallel` and `multiple` in them and by
 * `irrelevance` (specs/bfcl.md 4.1 and 5). Non-live simple keeps BFCL's `simple_python`.
 */
const FAMILIES: readonly [RequestFamily, string][] = [
  ['simple', 'simple_python'],
  ['multiple', 'multiple'],
  ['parallel', 'parallel'],
  ['parallel_multiple', 'parallel_multiple'],
  ['irrelevance', 'irrelevance'],
  ['live_simple', 'live_simple'],
  ['live_multiple', 'live_multiple'],
  ['live_parallel', 'live_parallel'],
  ['live_parallel_multiple', 'live_parallel_multiple'],
  ['live_irrelevance', 'live_irrelevance'],
];

function caseOf(example: Example, id: string): { question: JsonObject; answer: JsonObject } {
  const question = {
    id,
    question: [example.messages.map(({ role, content }) => ({ role, content }))],
    function: example.tools.map((tool) => ({
      name: tool.name,
      description: tool.description!,
      parameters: tool.parameters!,
    })),
  };
  const ground_truth = example.calls.map((call, i) => ({ [call.name]: example.acceptable[i]! }));
  return { question, answer: { id, ground_truth } };
}

/**
 * Evaluation categories: every family as a *seen* split (tools of training, new requests) and an *unseen* one (targets that no
 * training row shows at all; the tools beside them may be seen). No request text can occur in training, a share of names and
 * titles never does, and no request occurs twice in a category.
 * @throws ZodError for a malformed configuration
 */
export function generateEvaluation(config: z.input<typeof evaluationConfigSchema>): EvaluationCategory[] {
  const { rows_per_category, seed, ...knobs } = evaluationConfigSchema.parse(config);
  return (['seen', 'unseen'] as const).flatMap((split) =>
    FAMILIES.map(([family, prefix]): EvaluationCategory => {
      const category = `${prefix}_${split}`;
      const result: EvaluationCategory = { category, family, split, questions: [], answers: [] };
      const texts = new Set<string>();
      for (let i = 0; result.questions.length < rows_per_category; i++) {
        const { example } = drawForSide('evaluation', family, { ...knobs, split }, seed, 'evaluation', category, i);
        if (texts.has(example.text)) continue;
        texts.add(example.text);
        const { question, answer } = caseOf(example, `${category}_${result.questions.length}`);
        result.questions.push(question);
        if (example.calls.length > 0) result.answers.push(answer);
      }
      return result;
    }),
  );
}
