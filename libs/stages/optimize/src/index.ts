import { flopsPerToken, initLora, loadModel, readTensors, trainableParams } from '@itool/nn';
import { mergePolicy, type Policy, readPolicy, SEEN_COLUMNS, seenRows, writePolicy } from '@itool/policy';
import { findLopsided, type PairSide } from '@itool/preference';
import { randomStream } from '@itool/random';
import type { StageContext, StageDefinition } from '@itool/stage';
import { backendFingerprint, type tf, useBackend } from '@itool/tensor';
import { evaluateRows, type PreferenceRow, preferenceTask, train, withReference } from '@itool/training';
import { METRIC_COLUMNS } from './metric-columns.ts';
import { type Params, paramsSchema } from './params.ts';

type Pair = PreferenceRow & { fold: string; side: PairSide };

/**
 * One preference update: a fresh adapter on the policy of the iteration's start, trained on this iteration's pairs only, the best
 * validated state merged into the full-precision weights (specs/itool.md 10 and 11). Without pairs, or with pairs that lean to one side more
 * than `guard_side_ratio` allows, the policy passes unchanged.
 */
export const stage: StageDefinition<Params> = {
  kind: 'optimize',
  params: paramsSchema,
  run: async (context) => {
    const { params, inputs, log } = context;
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const policy = readPolicy(inputs.stage('policy'));
    const pairs = await inputs.rows<Pair>('pairs', 'pairs_arrow');
    const train_pairs = pairs.filter((pair) => pair.fold === 'train');
    const lopsided = params.guard_side_ratio === null ? null : findLopsided(train_pairs, params.guard_side_ratio);
    if (train_pairs.length === 0) keepPolicy(context, policy, 'no pairs');
    else if (lopsided !== null) keepPolicy(context, policy, `lopsided pairs: ${lopsided}`);
    else
      await update(
        context,
        policy,
        train_pairs,
        pairs.filter((pair) => pair.fold === 'validation'),
      );
  },
};

function keepPolicy({ out, log, scratch }: StageContext<Params>, policy: Policy, reason: string): void {
  log(`${reason}: the policy stays as it is`);
  writePolicy(out, policy, { scratch });
  out.table('metrics', METRIC_COLUMNS, []);
  out.table('seen', SEEN_COLUMNS, []);
  out.json('summary', { updated: false, reason, train_pairs: 0 });
}

async function update(
  { params, out, progress, log, scratch }: StageContext<Params>,
  policy: Policy,
  train_pairs: Pair[],
  validation_pairs: Pair[],
): Promise<void> {
  const config = { r: params.lora_r, lora_alpha: params.lora_alpha };
  const lora = initLora(policy.config, config, randomStream(params.seed, 'optimize', 'lora'));
  const model = loadModel({ config: policy.config, weights: policy.weights, lora, storage: params.weight_storage });
  const task = preferenceTask(model, params.loss);
  // A fresh adapter changes nothing, so the model is still the policy of the iteration's start: the reference of DPO and IPO.
  const train_rows = withReference(model, train_pairs, params);
  const validation_rows = withReference(model, validation_pairs, params);
  const before = evaluateRows(task, validation_rows, params);

  const total = params.num_train_epochs * Math.max(1, Math.floor(train_rows.length / params.train_batch_size));
  const bar = progress({ label: `optimize (${params.loss.kind})`, total, unit: 'updates' });
  const { metrics, best, ledger } = await train({
    task,
    params: trainableParams(model) as Record<string, tf.Variable>,
    train_rows,
    validation_rows,
    config: {
      ...params,
      max_length: Math.min(params.cutoff_len, policy.config.max_position_embeddings),
      lr_scheduler_type: 'cosine',
      adam_beta1: 0.9,
      adam_beta2: 0.999,
      adam_epsilon: 1e-8,
    },
    seed: params.seed,
    name: 'optimize',
    onMetrics: (line) => {
      const margins = `rewards/margins ${(line['rewards/margins'] ?? 0).toFixed(3)}`;
      if (line.phase === 'train') bar.tick(1, margins);
      else log(`step ${line.global_step}: validation loss ${line.loss.toFixed(4)}, ${margins}`);
    },
  });
  bar.finish();

  const adapter = { ...lora, weights: await readTensors(trainableParams(model)) };
  const after = evaluateRows(task, validation_rows, params);
  writePolicy(out, mergePolicy(policy, adapter), { scratch, merged: adapter });
  out.table('metrics', METRIC_COLUMNS, metrics.map(metricRow));
  out.table('seen', SEEN_COLUMNS, [
    ...seenRows('pairs', pairIds(train_pairs), 'train', ledger.dropped),
    ...seenRows('pairs', pairIds(validation_pairs), 'validation', ledger.dropped),
  ]);
  const perToken = flopsPerToken(policy.config, { context: policy.config.max_position_embeddings, pass: 'lora' });
  out.json('ledger', { ...ledger, flops: ledger.tokens * perToken });
  out.json('summary', {
    updated: true,
    best,
    train_pairs: train_rows.length,
    validation_pairs: validation_rows.length,
    validation_before: { loss: finite(before.loss), ...before.values },
    validation_after: { loss: finite(after.loss), ...after.values },
  });
  out.fact('backend', { ...backendFingerprint() });
  model.dispose();
}

function pairIds(pairs: readonly Pair[]): string[] {
  return pairs.map((pair) => pair.pair_id);
}

type MetricName = Exclude<keyof typeof METRIC_COLUMNS, 'phase' | 'learning_rate' | 'grad_norm'>;
type MetricRow = { [K in MetricName]: number } & {
  phase: string;
  learning_rate: number | null;
  grad_norm: number | null;
};

function metricRow(line: { [name: string]: string | number | null }): MetricRow {
  return Object.fromEntries(Object.keys(METRIC_COLUMNS).map((name) => [name, line[name] ?? null])) as MetricRow;
}

/** JSON has no NaN: a mean over no rows is null. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
