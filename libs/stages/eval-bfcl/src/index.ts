import {
  type BfclAnswer,
  type BfclQuestion,
  checkCase,
  isRelevanceCategory,
  loadAnswers,
  loadQuestions,
} from '@itool/bfcl';
import { createGenerator } from '@itool/generation';
import { loadModel } from '@itool/nn';
import { readPolicy } from '@itool/policy';
import type { StageDefinition, StageInput } from '@itool/stage';
import { backendFingerprint, useBackend } from '@itool/tensor';
import { type Params, paramsSchema } from './params.ts';
import { type Case, type Category, scoreCases } from './score-cases.ts';

const CASE_COLUMNS = {
  id: 'utf8',
  category: 'utf8',
  split: 'utf8',
  prompt: 'utf8',
  output: 'utf8',
  valid: 'bool',
  error_type: 'utf8?',
  error: 'utf8?',
  error_class: 'utf8?',
  grade: 'utf8',
} as const;

type Question = { category: Category; question: BfclQuestion; answer: BfclAnswer | undefined; prompt_ids: number[] };

/**
 * Answers every question of the BFCL categories greedily and judges the answers with the official rules. A prompt that does not
 * fit the model counts as answered with nothing.
 */
export const stage: StageDefinition<Params> = {
  kind: 'eval-bfcl',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log }) => {
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const policy = readPolicy(inputs.stage('policy'));
    const { config, tokenizer, template, stop_token_ids } = policy;
    const categories = inputs.json<Category[]>('cases', 'categories');
    const questions = categories.flatMap((category) =>
      readCategory(inputs.stage('cases'), category).map(({ question, answer }): Question => {
        const dialogue = { tools: question.tools, messages: question.question[0] ?? [] };
        return { category, question, answer, prompt_ids: template.encodePrompt(dialogue) };
      }),
    );
    const fits = (row: Question): boolean => row.prompt_ids.length < config.max_position_embeddings;
    const answerable = questions.filter(fits);

    const model = loadModel({ config, weights: policy.weights });
    const generator = createGenerator(model);
    const bar = progress({ label: 'evaluate', total: answerable.length, unit: 'cases' });
    const samples = await generator.generate(
      answerable.map(({ prompt_ids }) => ({
        prompt_ids,
        streams: [],
        temperature: 0,
        top_p: 1,
        top_k: 0,
        max_new_tokens: params.max_new_tokens,
        stop_token_ids,
      })),
      () => bar.tick(),
    );
    bar.finish();
    const output_of = new Map(
      answerable.map((row, i) => [row, tokenizer.decode(samples[i]![0]!.token_ids, { skip_special: true })]),
    );

    const cases = questions.map((row) =>
      judgeCase(row, output_of.get(row) ?? '', params, tokenizer.decode(row.prompt_ids)),
    );
    const too_long = questions.length - answerable.length;
    await out.parquet('cases', CASE_COLUMNS, cases);
    out.json('scores', {
      ...scoreCases(categories, cases),
      too_long,
      decoding: { temperature: 0, max_new_tokens: params.max_new_tokens, strip: params.strip, mode: 'prompt' },
    });
    out.json('ledger', {
      prompt_tokens: answerable.reduce((sum, row) => sum + row.prompt_ids.length, 0),
      generated_tokens: samples.reduce((sum, [sample]) => sum + sample!.token_ids.length, 0),
    });
    out.fact('backend', { ...backendFingerprint() });
    log(
      `${cases.filter((row) => row.valid).length} of ${cases.length} cases right${too_long > 0 ? `, ${too_long} prompts too long` : ''}`,
    );
    generator.dispose();
    model.dispose();
  },
};

function readCategory(
  input: StageInput,
  { category }: Category,
): { question: BfclQuestion; answer: BfclAnswer | undefined }[] {
  const answers_name = `eval/${category}.answers`;
  const answers = input.has(answers_name) ? loadAnswers(input.path(answers_name)) : [];
  const answer_of = new Map(answers.map((answer) => [answer.id, answer]));
  return loadQuestions(input.path(`eval/${category}.questions`)).map((question) => ({
    question,
    answer: isRelevanceCategory(category) ? undefined : answer_of.get(question.id),
  }));
}

function judgeCase({ category, question, answer }: Question, output: string, params: Params, prompt: string): Case {
  const verdict = checkCase({
    category: category.category,
    question,
    answer,
    modelOutput: output,
    strip: params.strip,
  });
  const { valid, error_type, error, error_class, grade } = verdict;
  const { id } = question;
  return {
    id,
    category: category.category,
    split: category.split,
    prompt,
    output,
    valid,
    error_type,
    error,
    error_class,
    grade,
  };
}
