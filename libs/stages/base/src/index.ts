import { compactTemplate } from '@itool/chat-template';
import { flopsPerToken, initWeights, loadModel, parseLlamaConfig, readTensors, trainableParams } from '@itool/nn';
import {
  encodeRows,
  METRIC_COLUMNS,
  metricRows,
  parseTextRow,
  policyFormat,
  policyFromWeights,
  SEEN_COLUMNS,
  seenRows,
  type TextRow,
  writePolicy,
} from '@itool/policy';
import { randomStream } from '@itool/random';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, type tf, useBackend } from '@itool/tensor';
import { OWN_TOKENS, SPECIAL_TOKENS, trainBpe } from '@itool/tokenizer';
import { supervisedTask, train, updatesPerEpoch } from '@itool/training';
import { type Params, paramsSchema } from './params.ts';

/** With it transformers loads the tokenizer as it is used here. */
const TOKENIZER_CONFIG = {
  ...OWN_TOKENS,
  pad_token: '<|pad|>',
  clean_up_tokenization_spaces: false,
  tokenizer_class: 'PreTrainedTokenizerFast',
};

type Row = { row_id: string; tools: string; messages: string };

/** Trains the tokenizer on the train side and a small Llama from scratch on pre-training exercises or on the train side's text. */
export const stage: StageDefinition<Params> = {
  kind: 'base',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log, scratch }) => {
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const { tokenizer, pretraining } = params;
    const sides = await inputs.rows<{ row_id: string; side: string }>('split', 'sides');
    const train_side = new Set(sides.filter((row) => row.side === 'train').map((row) => row.row_id));
    const dialogues = (await inputs.rows<Row>('rows', 'rows')).filter((row) => train_side.has(row.row_id));
    const tokenized = dialogues.slice(0, tokenizer.rows);
    const texts = tokenized.flatMap((row) => textsOf(parseTextRow(row)));
    const trained = trainBpe(texts, { vocab_size: tokenizer.vocab_size, special_tokens: SPECIAL_TOKENS });
    const format = policyFormat({
      'tokenizer.json': JSON.stringify(trained),
      'tokenizer_config.json': JSON.stringify(TOKENIZER_CONFIG),
      'chat_template.jinja': compactTemplate(),
    });
    const config = parseLlamaConfig({
      model_type: 'llama',
      ...params.model,
      vocab_size: format.tokenizer.vocab_size,
      rms_norm_eps: 1e-5,
      tie_word_embeddings: true,
    });
    const model = loadModel({ config, weights: initWeights(config, randomStream(params.seed, 'base', 'weights')) });

    const corpus = pretraining.corpus === 'dialogues' ? dialogues : await inputs.rows<Row>('rows', 'pretraining');
    const rows = encodeRows(format, corpus.map(parseTextRow)).map((row) => ({
      ...row,
      loss_mask: maskWith(row.loss_mask, pretraining.prompt_weight),
    }));
    const max_length = config.max_position_embeddings;
    const fitting = rows.filter((row) => row.ids.length <= max_length).length;
    const total = pretraining.num_train_epochs * updatesPerEpoch(fitting, pretraining.train_batch_size);
    const bar = progress({ label: 'pretrain', total, unit: 'updates' });
    const { metrics, ledger } = await train({
      task: supervisedTask(model, { reduction: 'token_mean' }),
      params: trainableParams(model) as Record<string, tf.Variable>,
      train_rows: rows,
      config: {
        ...pretraining,
        max_length,
        lr_scheduler_type: 'cosine',
        adam_beta1: 0.9,
        adam_beta2: 0.98,
        adam_epsilon: 1e-8,
      },
      seed: params.seed,
      name: 'base',
      phase: 'pretrain',
      onMetrics: (line) => bar.tick(1, `loss ${line.loss.toFixed(3)}`),
    });
    bar.finish();

    writePolicy(out, policyFromWeights(format, config, await readTensors(model.weights)), { scratch });
    out.table('metrics', METRIC_COLUMNS, metricRows(metrics));
    out.table('seen', SEEN_COLUMNS, [
      ...seenRows('rows', rowIds(tokenized), 'tokenizer'),
      ...seenRows(pretraining.corpus === 'dialogues' ? 'rows' : 'pretraining', rowIds(corpus), 'train', ledger.dropped),
    ]);
    const perToken = flopsPerToken(config, { context: config.max_position_embeddings, pass: 'full' });
    out.json('ledger', { ...ledger, flops: ledger.tokens * perToken });
    out.fact('backend', { ...backendFingerprint() });
    model.dispose();
  },
};

function rowIds(rows: readonly Row[]): string[] {
  return rows.map((row) => row.row_id);
}

/** What the tokenizer is trained on: names and words as the template prints them. */
function textsOf({ tools, messages }: TextRow): string[] {
  const signatures = tools.map(
    (tool) => `${tool.name} ${Object.keys((tool.parameters?.['properties'] ?? {}) as object).join(' ')}`,
  );
  return [...signatures, ...messages.map((message) => message.content)];
}

function maskWith(loss_mask: Uint8Array, prompt_weight: number): ArrayLike<number> {
  return prompt_weight === 0 ? loss_mask : Array.from(loss_mask, (trained) => (trained === 1 ? 1 : prompt_weight));
}
