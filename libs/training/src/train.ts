import { createAdamWState, disposeAdamWState, learningRateAt, warmupSteps } from '@itool/optim';
import { randomStream } from '@itool/random';
import { ItoolError } from '@itool/record';
import { tf } from '@itool/tensor';
import { evaluateRows } from './evaluate-rows.ts';
import { epochBatches, updatesPerEpoch } from './micro-batches.ts';
import { admitRows, type TrainingLedger } from './training-ledger.ts';
import { batchSize, type TrainingTask } from './training-task.ts';
import { updateStep } from './update-step.ts';

/** Hyper-parameters by the names of transformers' TrainingArguments where it has one. */
export type TrainingConfig = {
  num_train_epochs: number;
  /** rows (pairs) per update */
  train_batch_size: number;
  micro_batch_tokens: number;
  /** rows with a longer sequence are dropped and counted */
  max_length: number;
  learning_rate: number;
  lr_scheduler_type: 'cosine' | 'linear';
  warmup_ratio: number;
  weight_decay: number;
  adam_beta1: number;
  adam_beta2: number;
  adam_epsilon: number;
  max_grad_norm: number;
  /** validate after every so many updates, besides the end of each epoch; absent: only there */
  eval_steps?: number;
};

/** One line of the training log. Preference training adds its rewards and log-probabilities. */
export type TrainingMetrics = {
  phase: string;
  /** updates made / updates per epoch */
  epoch: number;
  global_step: number;
  loss: number;
  /** null in validation */
  learning_rate: number | null;
  grad_norm: number | null;
  /** tokens through the model for this line */
  tokens: number;
  [value: `rewards/${string}` | `logps/${string}`]: number;
};

export type TrainingResult = {
  metrics: TrainingMetrics[];
  /** The state that the params hold now: the lowest validation loss, the earlier of equals; the last one without validation rows. */
  best: { global_step: number; epoch: number; validation_loss: number | null };
  ledger: TrainingLedger;
};

/**
 * Trains `params` in place and leaves them at the best validated state. The order of rows comes from the random stream
 * (seed, name, 'order', epoch). Without trainable rows nothing happens. Synchronous work, but it yields to the event loop between updates.
 *
 * @param options.phase what train lines say in their column `phase`
 * @throws ItoolError naming update and rows if a loss or gradient is not finite
 */
export async function train<Row>(options: {
  task: TrainingTask<Row>;
  params: Record<string, tf.Variable>;
  train_rows: readonly Row[];
  validation_rows?: readonly Row[];
  config: TrainingConfig;
  seed: number;
  name: string;
  phase?: string;
  onMetrics?: (line: TrainingMetrics) => void;
}): Promise<TrainingResult> {
  const { task, params, config } = options;
  checkConfig(config);
  const training = admitRows(task, options.train_rows, config.max_length);
  const validation = admitRows(task, options.validation_rows ?? [], config.max_length);
  const perEpoch = updatesPerEpoch(training.admitted.length, config.train_batch_size);
  const total = perEpoch * config.num_train_epochs;
  const ledger: TrainingLedger = {
    rows: options.train_rows.length,
    dropped: [...training.dropped, ...validation.dropped],
    left_over: training.admitted.length - Math.min(training.admitted.length, perEpoch * config.train_batch_size),
    updates: 0,
    tokens: 0,
    tokens_trained: 0,
    tokens_masked: 0,
  };
  const metrics: TrainingMetrics[] = [];
  const log = (line: TrainingMetrics) => {
    metrics.push(line);
    options.onMetrics?.(line);
  };
  const keeper = bestKeeper(params);
  const validate = () => {
    if (validation.admitted.length === 0) return;
    const { loss, values, tokens } = evaluateRows(task, validation.admitted, config);
    const epoch = ledger.updates / perEpoch;
    log({
      phase: 'validation',
      epoch,
      global_step: ledger.updates,
      loss,
      learning_rate: null,
      grad_norm: null,
      tokens,
      ...values,
    });
    keeper.offer({ global_step: ledger.updates, epoch, validation_loss: loss });
  };

  const schedule = {
    lr_scheduler_type: config.lr_scheduler_type,
    learning_rate: config.learning_rate,
    // The first update of a warm-up has rate 0, so a run of a single update must not warm up at all.
    warmup_steps: Math.min(warmupSteps(config.warmup_ratio, total), Math.max(0, total - 1)),
    total_steps: total,
  };
  const state = createAdamWState();
  try {
    for (let epoch = 0; epoch < config.num_train_epochs; epoch++) {
      const order = randomStream(options.seed, options.name, 'order', epoch);
      for (const rows of epochBatches(training.admitted, config.train_batch_size, order)) {
        const learning_rate = learningRateAt(schedule, ledger.updates);
        const result = updateStep(task, params, state, rows, {
          update: ledger.updates + 1,
          micro_batch_tokens: config.micro_batch_tokens,
          optimizer: {
            learning_rate,
            beta1: config.adam_beta1,
            beta2: config.adam_beta2,
            eps: config.adam_epsilon,
            weight_decay: config.weight_decay,
            max_grad_norm: config.max_grad_norm,
          },
        });
        const tokens = rows.reduce((sum, row) => sum + task.tokens(row), 0);
        const trained = batchSize(task, rows).targets;
        ledger.updates++;
        ledger.tokens += tokens;
        ledger.tokens_trained += trained;
        ledger.tokens_masked += tokens - trained;
        log({
          phase: options.phase ?? 'train',
          epoch: ledger.updates / perEpoch,
          global_step: ledger.updates,
          loss: result.loss,
          learning_rate,
          grad_norm: result.grad_norm,
          tokens,
          ...result.values,
        });
        const epochEnds = ledger.updates % perEpoch === 0;
        if (epochEnds || (config.eval_steps !== undefined && ledger.updates % config.eval_steps === 0)) validate();
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    disposeAdamWState(state);
  }
  const last = { global_step: ledger.updates, epoch: perEpoch === 0 ? 0 : ledger.updates / perEpoch };
  return { metrics, best: keeper.restore() ?? { ...last, validation_loss: null }, ledger };
}

type Best = { global_step: number; epoch: number; validation_loss: number };

/** Holds host copies of the parameters at the lowest validation loss offered so far. */
function bestKeeper(params: Record<string, tf.Variable>): { offer(candidate: Best): void; restore(): Best | null } {
  let best: Best | null = null;
  let copies: Record<string, Float32Array> = {};
  return {
    offer: (candidate) => {
      if (best !== null && !(candidate.validation_loss < best.validation_loss)) return;
      best = candidate;
      copies = Object.fromEntries(
        Object.entries(params).map(([name, param]) => [name, Float32Array.from(param.dataSync())]),
      );
    },
    restore: () => {
      for (const [name, copy] of Object.entries(copies))
        tf.tidy(() => params[name]!.assign(tf.tensor(copy, params[name]!.shape)));
      return best;
    },
  };
}

function checkConfig(config: TrainingConfig): void {
  const positive = ['num_train_epochs', 'train_batch_size', 'micro_batch_tokens', 'max_length', 'eval_steps'] as const;
  for (const key of positive) {
    const value = config[key];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new ItoolError({
        code: 'bad_config',
        message: `training: ${key} must be a whole number above 0: ${value}`,
      });
  }
}
