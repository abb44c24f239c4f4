import { join } from 'node:path';
import {
  CASE_COLUMNS,
  type EvaluatedCategory,
  evaluateCategory,
  officialFiles,
  scoreBenchmark,
} from '@itool/bfcl-eval';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, useBackend } from '@itool/tensor';
import { openAnswerer } from './open-answerer.ts';
import { type Params, paramsSchema } from './params.ts';
import { readCategory } from './read-category.ts';
import { type Category, scoreFamilies } from './score-families.ts';

/**
 * Answers every question of the BFCL categories, category by category, and judges the answers with the official rules. Each answer
 * is kept as it comes, so that a run that is ended goes on where it was. A prompt that does not fit the model, or that a server
 * refuses, counts as answered with nothing. Besides the cases it writes the files that the official tool keeps of a run.
 */
export const stage: StageDefinition<Params> = {
  kind: 'eval-bfcl',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log, scratch }) => {
    const { endpoint, prompt, strip, formula, max_new_tokens } = params;
    if (endpoint === undefined) {
      const backend = await useBackend(params.device);
      log(`backend ${backend.name}: ${backend.reason}`);
    }
    const mode = endpoint?.mode ?? 'prompt';
    const categories = inputs.json<Category[]>('cases', 'categories');
    const { answerer, model } = openAnswerer(params, inputs, process.env);
    const bar = progress({
      label: 'evaluate',
      total: categories.reduce((sum, { rows }) => sum + rows, 0),
      unit: 'cases',
    });
    const evaluated: EvaluatedCategory[] = [];
    for (const { category, split } of categories) {
      evaluated.push(
        await evaluateCategory({
          data: readCategory(inputs.stage('cases'), category),
          split,
          answerer,
          ask: { mode, prompt },
          judge: { mode, strip, underscoreToDot: true },
          answers_path: join(scratch, `${category}.jsonl`),
          onRow: () => bar.tick(),
        }),
      );
    }
    bar.finish();
    const cases = evaluated.flatMap((category) => category.cases);
    const sum = (count: (category: EvaluatedCategory) => number) =>
      evaluated.reduce((total, category) => total + count(category), 0);
    const too_long = sum(({ refused }) => refused);
    await out.parquet('cases', CASE_COLUMNS, cases);
    out.json('scores', {
      ...scoreBenchmark(cases, formula),
      families: scoreFamilies(categories, cases),
      too_long,
      decoding: { temperature: endpoint?.temperature ?? 0, max_new_tokens, strip, mode, prompt },
    });
    out.json('ledger', {
      prompt_tokens: sum(({ prompt_tokens }) => prompt_tokens),
      generated_tokens: sum(({ completion_tokens }) => completion_tokens),
    });
    for (const { path, text } of officialFiles(model, evaluated, formula)) {
      out.text(path, text, path.endsWith('.csv') ? 'csv' : 'jsonl');
    }
    if (endpoint === undefined) out.fact('backend', { ...backendFingerprint() });
    const refused = too_long > 0 ? `, ${too_long} prompts too long or refused` : '';
    log(`${cases.filter((row) => row.valid).length} of ${cases.length} cases right${refused}`);
    answerer.dispose();
  },
};
