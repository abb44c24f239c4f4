import {
  initLora,
  initWeights,
  type LlamaConfig,
  loadModel,
  type Model,
  readTensors,
  trainableParams,
} from '@itool/nn';
import { randomStream } from '@itool/random';
import { tf, useBackend } from '@itool/tensor';
import { evaluateRows } from './evaluate-rows.ts';
import { type PreferenceRow, preferenceTask, withReference } from './preference-task.ts';
import { type SupervisedRow, supervisedTask } from './supervised-task.ts';
import { type TrainingConfig, train } from './train.ts';

const MODEL: LlamaConfig = {
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  vocab_size: 24,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  max_position_embeddings: 32,
};

const CONFIG: TrainingConfig = {
  num_train_epochs: 1,
  train_batch_size: 4,
  micro_batch_tokens: 24,
  max_length: 16,
  learning_rate: 1e-2,
  lr_scheduler_type: 'cosine',
  warmup_ratio: 0.1,
  weight_decay: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.98,
  adam_epsilon: 1e-8,
  max_grad_norm: 1,
};

// Random sequences that all start alike, so that only the first id tells them apart; the first three ids are the prompt.
function makeRows(count: number): SupervisedRow[] {
  const stream = randomStream(3, 'rows');
  return Array.from({ length: count }, (_, i) => ({
    row_id: `row-${i}`,
    ids: [0, i + 1, 1, ...Array.from({ length: 6 }, () => stream.integer(24))],
    loss_mask: [0, 0, 0, 1, 1, 1, 1, 1, 1],
  }));
}

function freshModel(lora = false): Model {
  const weights = initWeights(MODEL, randomStream(42, 'init'));
  return loadModel({
    config: MODEL,
    weights,
    lora: lora ? initLora(MODEL, { r: 4, lora_alpha: 8 }, randomStream(42, 'lora')) : undefined,
  });
}

const run = (model: Model, rows: SupervisedRow[], change: Partial<TrainingConfig> = {}, validation = rows) =>
  train({
    task: supervisedTask(model, { reduction: 'sequence_mean' }),
    params: trainableParams(model),
    train_rows: rows,
    validation_rows: validation,
    config: { ...CONFIG, ...change },
    seed: 42,
    name: 'test',
  });

describe('train', () => {
  beforeAll(async () => {
    await useBackend('auto');
  });

  it('memorises eight sequences', async () => {
    const model = freshModel();
    const { metrics, best } = await run(model, makeRows(8), { num_train_epochs: 80 });
    expect(metrics[0]!.loss).toBeCloseTo(Math.log(24), 1);
    expect(best.validation_loss).toBeLessThan(0.05);
    model.dispose();
  });

  it('trains an adapter and nothing else, without leaking tensors', async () => {
    const before = tf.memory().numTensors;
    const model = freshModel(true);
    const frozen = await readTensors(model.weights);
    const adapter = await readTensors(trainableParams(model));
    const during: number[] = [];
    const loaded = tf.memory().numTensors;
    const { metrics } = await train({
      task: supervisedTask(model, { reduction: 'token_mean' }),
      params: trainableParams(model),
      train_rows: makeRows(8),
      validation_rows: makeRows(8),
      config: { ...CONFIG, num_train_epochs: 6 },
      seed: 42,
      name: 'adapter',
      onMetrics: () => during.push(tf.memory().numTensors),
    });
    expect(metrics[metrics.length - 1]!.loss).toBeLessThan(metrics[0]!.loss);
    expect(await readTensors(model.weights)).toEqual(frozen);
    for (const [name, tensor] of Object.entries(await readTensors(trainableParams(model))))
      expect(tensor).not.toEqual(adapter[name]);
    // From the first update on, the optimizer's moments are the only addition.
    expect(new Set(during)).toEqual(new Set([loaded + 2]));
    expect(tf.memory().numTensors).toBe(loaded);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the same bytes again, and nearly the same numbers with other micro-batches', async () => {
    const results = [];
    for (const micro_batch_tokens of [24, 24, 1000]) {
      const model = freshModel();
      const { metrics } = await run(model, makeRows(8), { micro_batch_tokens, num_train_epochs: 2 });
      results.push({ metrics, norm: (await readTensors(model.weights))['model.norm.weight']!.data });
      model.dispose();
    }
    expect(results[1]).toEqual(results[0]);
    for (const [i, line] of results[2]!.metrics.entries())
      expect(line.loss).toBeCloseTo(results[0]!.metrics[i]!.loss, 4);
  });

  it('keeps the best validated state', async () => {
    const model = freshModel();
    const rows = makeRows(8);
    // Validation wants other continuations of the same prompts, so fitting the training rows ends up hurting.
    const validation = rows.map((row) => ({
      ...row,
      ids: [...Array.from(row.ids).slice(0, 3), ...Array.from(row.ids).slice(3).reverse()],
    }));
    const { metrics, best } = await run(model, rows, { num_train_epochs: 15 }, validation);
    const losses = metrics.filter((line) => line.phase === 'validation').map((line) => line.loss);
    expect(best.validation_loss).toBe(Math.min(...losses));
    expect(losses[losses.length - 1]).toBeGreaterThan(best.validation_loss!);
    const now = evaluateRows(supervisedTask(model, { reduction: 'sequence_mean' }), validation, CONFIG);
    expect(now.loss).toBe(best.validation_loss);
    model.dispose();
  });

  it('counts what it trains on and drops what it cannot use', async () => {
    const model = freshModel();
    const rows = [
      ...makeRows(6),
      { row_id: 'long', ids: new Array(17).fill(1), loss_mask: new Array(17).fill(1) },
      { row_id: 'blank', ids: [0, 1, 2], loss_mask: [1, 0, 0] },
    ];
    const { ledger, metrics, best } = await run(model, rows, { num_train_epochs: 2, eval_steps: 1 }, []);
    expect(ledger).toEqual({
      rows: 8,
      dropped: [
        { id: 'long', reason: 'too_long', length: 17 },
        { id: 'blank', reason: 'no_target', length: 3 },
      ],
      left_over: 2,
      updates: 2,
      tokens: 64,
      tokens_trained: 48,
      tokens_masked: 16,
    });
    expect(metrics.map((line) => [line.phase, line.epoch, line.global_step, line.learning_rate, line.tokens])).toEqual([
      ['train', 1, 1, 0, 32],
      ['train', 2, 2, CONFIG.learning_rate, 32],
    ]);
    expect(best).toEqual({ global_step: 2, epoch: 2, validation_loss: null });
    expect((await run(model, [], {}, [])).metrics).toEqual([]);
    await expect(run(model, rows, { train_batch_size: 0 })).rejects.toThrow('train_batch_size must be a whole number');
    model.dispose();
  });

  it('names update and rows when the loss is not finite, and leaves no tensor behind', async () => {
    const model = freshModel();
    const before = tf.memory().numTensors;
    const norm = trainableParams(model)['model.norm.weight']!;
    tf.tidy(() => norm.assign(tf.fill([32], Number.NaN)));
    const one = makeRows(1);
    await expect(run(model, one)).rejects.toThrow('training: loss is not finite: NaN at update 1 (rows row-0)');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('preference training', () => {
  const PAIRS: PreferenceRow[] = Array.from({ length: 6 }, (_, i) => ({
    pair_id: `pair-${i}`,
    prompt_ids: [0, i + 1, 1],
    chosen_ids: [10 + i, 3, 4],
    rejected_ids: [17, 10 + i],
  }));

  it.each([
    [{ kind: 'simpo', beta: 2.5, gamma: 0.5 } as const],
    [{ kind: 'dpo', beta: 0.1 } as const],
    [{ kind: 'ipo', tau: 0.1 } as const],
    [{ kind: 'orpo', lambda: 0.1 } as const],
  ])('learns the preferred side: %j', async (loss) => {
    const model = freshModel(true);
    const rows = withReference(model, PAIRS, CONFIG);
    const { metrics } = await train({
      task: preferenceTask(model, loss),
      params: trainableParams(model),
      train_rows: rows,
      config: { ...CONFIG, train_batch_size: 6, num_train_epochs: 30 },
      seed: 1,
      name: 'preference',
    });
    const [first, last] = [metrics[0]!, metrics[metrics.length - 1]!];
    if (loss.kind === 'dpo') {
      expect(first.loss).toBeCloseTo(Math.LN2, 5);
      expect(first['rewards/margins']).toBeCloseTo(0, 5);
    }
    if (loss.kind === 'ipo') expect(first.loss).toBeCloseTo(25, 4);
    expect(last.loss).toBeLessThan(first.loss);
    expect(last['rewards/accuracies']).toBe(1);
    expect(last['rewards/margins']).toBeCloseTo(last['rewards/chosen']! - last['rewards/rejected']!, 4);
    expect(last['logps/chosen']! - last['logps/rejected']!).toBeGreaterThan(0.5);
    model.dispose();
  });

  it('computes reference log-probabilities of the completions, whatever the micro-batch', () => {
    const model = freshModel();
    const together = withReference(model, PAIRS, { micro_batch_tokens: 1000 });
    const apart = withReference(model, PAIRS, { micro_batch_tokens: 1 });
    const task = supervisedTask(model, { reduction: 'sequence_mean' });
    for (const [i, pair] of PAIRS.entries()) {
      expect(apart[i]!.reference.chosen).toBeCloseTo(together[i]!.reference.chosen, 5);
      const row = {
        row_id: '',
        ids: [...Array.from(pair.prompt_ids), ...Array.from(pair.rejected_ids)],
        loss_mask: [0, 0, 0, 1, 1],
      };
      expect(evaluateRows(task, [row], CONFIG).loss).toBeCloseTo(-apart[i]!.reference.rejected / 2, 5);
    }
    model.dispose();
  });

  it('refuses DPO without a reference', async () => {
    const model = freshModel();
    const task = preferenceTask(model, { kind: 'dpo', beta: 0.1 });
    expect(() => evaluateRows(task, PAIRS, CONFIG)).toThrow('pair without reference log-probabilities: pair-0');
    model.dispose();
  });
});
