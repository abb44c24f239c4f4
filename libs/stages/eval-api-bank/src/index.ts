import { join } from 'node:path';
import { openAnswerer } from '@itool/answer';
import { readDatabases, readDialogues, samplesOf } from '@itool/api-bank';
import { CASE_COLUMNS, evaluate, scoreApiBank } from '@itool/api-bank-eval';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, useBackend } from '@itool/tensor';
import { type Params, paramsSchema } from './params.ts';

/**
 * Asks every sample of dialogues in API-Bank's form and judges calls by execution and by names and parameters, answers by Rouge-L. Each
 * answer is kept as it comes, so that a run that is ended goes on where it was. A prompt that does not fit the model, or that a
 * server refuses, counts as answered with nothing.
 */
export const stage: StageDefinition<Params> = {
  kind: 'eval-api-bank',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log, scratch }) => {
    const { endpoint, prompt, search, responses, max_new_tokens } = params;
    if (endpoint === undefined) {
      const backend = await useBackend(params.device);
      log(`backend ${backend.name}: ${backend.reason}`);
    }
    const data = inputs.stage('cases');
    const dialogues = readDialogues(data.path('api-bank/dialogues'));
    const databases = readDatabases(data.path('api-bank/databases'));
    const { answerer, model } = openAnswerer(params, inputs, process.env);
    const targets = dialogues.flatMap(samplesOf).map(({ target }) => target.role);
    const total = targets.filter((role) => role === 'API' || (role === 'AI' && responses)).length;
    const bar = progress({ label: 'evaluate', total, unit: 'samples' });
    const { cases, refused, ...tokens } = await evaluate({
      dialogues,
      databases,
      answerer,
      prompt,
      search,
      responses,
      answers_path: join(scratch, 'answers.jsonl'),
      onRow: () => bar.tick(),
    });
    bar.finish();
    answerer.dispose();
    const scores = scoreApiBank(cases);
    await out.parquet('cases', CASE_COLUMNS, cases);
    out.json('scores', {
      model,
      levels: scores,
      too_long: refused,
      decoding: { temperature: endpoint?.temperature ?? 0, max_new_tokens, prompt, search },
    });
    out.json('ledger', { prompt_tokens: tokens.prompt_tokens, generated_tokens: tokens.completion_tokens });
    if (endpoint === undefined) out.fact('backend', { ...backendFingerprint() });
    for (const [level, { correctness, names_equal }] of Object.entries(scores)) {
      log(
        `${level}: ${correctness.correct} of ${correctness.total} calls right, ${names_equal.correct} by names and parameters`,
      );
    }
    if (refused > 0) log(`${refused} prompts too long or refused`);
  },
};
