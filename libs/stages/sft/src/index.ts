import { flopsPerToken, initLora, loadModel, readTensors, trainableParams } from '@itool/nn';
import {
  encodeRows,
  METRIC_COLUMNS,
  mergePolicy,
  metricRows,
  parseTextRow,
  readPolicy,
  SEEN_COLUMNS,
  seenRows,
  writePolicy,
} from '@itool/policy';
import { randomStream } from '@itool/random';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, type tf, useBackend } from '@itool/tensor';
import { supervisedTask, train, updatesPerEpoch } from '@itool/training';
import { type Params, paramsSchema } from './params.ts';
import { permuteTargets } from './permute-targets.ts';
import { tierRows } from './tier-rows.ts';

type Row = { row_id: string; family: string; tools: string; messages: string };

/**
 * Supervised fine-tuning of one tier: goes on with the adapter of the stage before, with a fresh optimizer and schedule, and keeps
 * the epoch with the lowest validation loss (specs/itool.md 4).
 */
export const stage: StageDefinition<Params> = {
  kind: 'sft',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log, scratch }) => {
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const policy = readPolicy(inputs.stage('policy'));
    const lora_config = { r: params.lora_r, lora_alpha: params.lora_alpha };
    const lora = policy.lora ?? initLora(policy.config, lora_config, randomStream(params.seed, 'sft', 'lora'));
    const model = loadModel({ config: policy.config, weights: policy.weights, lora, storage: params.weight_storage });

    const sides = await inputs.rows<{ row_id: string; side: string }>('split', 'sides');
    const side_of = new Map(sides.map((row) => [row.row_id, row.side]));
    const tiers = await inputs.rows<{ row_id: string; tier: string }>('tier', 'tiers');
    const tier_of = new Map(tiers.map((row) => [row.row_id, row.tier]));
    const chosen = tierRows(await inputs.rows<Row>('rows', 'rows'), tier_of, params).map(parseTextRow);
    const sideRows = (side: string) => chosen.filter((row) => side_of.get(row.row_id) === side);
    const train_rows = params.permute_targets
      ? permuteTargets(sideRows('train'), randomStream(params.seed, 'sft', 'permute'))
      : sideRows('train');

    const validation_rows = sideRows('validation');
    const encoded = encodeRows(policy, train_rows);
    const max_length = Math.min(params.cutoff_len, policy.config.max_position_embeddings);
    const fitting = encoded.filter((row) => row.ids.length <= max_length).length;
    const total = params.num_train_epochs * updatesPerEpoch(fitting, params.train_batch_size);
    const bar = progress({ label: `sft ${params.tier}`, total, unit: 'updates' });
    const { metrics, best, ledger } = await train({
      task: supervisedTask(model, { reduction: 'sequence_mean' }),
      params: trainableParams(model) as Record<string, tf.Variable>,
      train_rows: encoded,
      validation_rows: encodeRows(policy, validation_rows),
      config: {
        ...params,
        max_length,
        lr_scheduler_type: 'cosine',
        adam_beta1: 0.9,
        adam_beta2: 0.999,
        adam_epsilon: 1e-8,
      },
      seed: params.seed,
      name: `sft-${params.tier}`,
      onMetrics: (line) => {
        if (line.phase === 'train') bar.tick(1, `loss ${line.loss.toFixed(3)}`);
        else log(`epoch ${line.epoch}: validation loss ${line.loss.toFixed(4)}`);
      },
    });
    bar.finish();

    const adapter = { ...lora, weights: await readTensors(trainableParams(model)) };
    if (params.merge) writePolicy(out, mergePolicy(policy, adapter), { scratch, merged: adapter });
    else writePolicy(out, { ...policy, lora: adapter }, { scratch });
    out.table('metrics', METRIC_COLUMNS, metricRows(metrics));
    out.table('seen', SEEN_COLUMNS, [
      ...seenRows('rows', rowIds(train_rows), 'train', ledger.dropped),
      ...seenRows('rows', rowIds(validation_rows), 'validation', ledger.dropped),
    ]);
    const perToken = flopsPerToken(policy.config, { context: policy.config.max_position_embeddings, pass: 'lora' });
    out.json('ledger', { ...ledger, flops: ledger.tokens * perToken });
    out.json('summary', { best, train_rows: train_rows.length, tier: params.tier });
    out.fact('backend', { ...backendFingerprint() });
    model.dispose();
  },
};

function rowIds(rows: readonly { row_id: string }[]): string[] {
  return rows.map((row) => row.row_id);
}
