import {
  needsReference,
  type PairLogProbs,
  type PreferenceLossConfig,
  pairLogProbs,
  preferenceLoss,
} from '@itool/loss';
import { flatBatch, forward, type Model, targetLogProbs } from '@itool/nn';
import { ItoolError } from '@itool/record';
import { tf } from '@itool/tensor';
import { type PackOptions, packByTokens } from './micro-batches.ts';
import type { TrainingTask } from './training-task.ts';

/** A pair of completions of one prompt. All prompt tokens are masked, all completion tokens trained. */
export type PreferenceRow = {
  pair_id: string;
  prompt_ids: ArrayLike<number>;
  chosen_ids: ArrayLike<number>;
  rejected_ids: ArrayLike<number>;
  /** log p of the completions under the reference policy (sums); DPO and IPO need it, see `withReference` */
  reference?: { chosen: number; rejected: number };
};

/**
 * Preference training. The unit of a batch is a pair; its loss is the mean over pairs. Reported values, by the names of trl:
 * rewards/chosen, rewards/rejected, rewards/accuracies (share of pairs with the larger chosen reward), rewards/margins, and
 * logps/chosen, logps/rejected, here per token of the completion (m_w, m_l), whatever the loss.
 */
export function preferenceTask(model: Model, loss: PreferenceLossConfig): TrainingTask<PreferenceRow> {
  return {
    id: (row) => row.pair_id,
    length: (row) => row.prompt_ids.length + Math.max(row.chosen_ids.length, row.rejected_ids.length),
    tokens: pairTokens,
    // A completion without tokens has no mean, so the pair counts as one without targets.
    targets: (row) =>
      Math.min(row.chosen_ids.length, row.rejected_ids.length) === 0
        ? 0
        : row.chosen_ids.length + row.rejected_ids.length,
    evaluate: (rows, batch) => {
      const pair = evaluatePairs(model, rows);
      const reference = needsReference(loss) ? referenceOf(rows) : undefined;
      const { losses, chosen_rewards, rejected_rewards } = preferenceLoss(pair, loss, reference);
      const sum = (values: tf.Tensor) => tf.sum<tf.Scalar>(values);
      const margins = tf.sub(chosen_rewards, rejected_rewards);
      return {
        loss: tf.div<tf.Scalar>(sum(losses), batch.rows),
        sums: {
          'rewards/chosen': sum(chosen_rewards),
          'rewards/rejected': sum(rejected_rewards),
          'rewards/accuracies': sum(tf.step(margins)),
          'rewards/margins': sum(margins),
          'logps/chosen': sum(tf.div(pair.chosen, tf.tensor1d(pair.chosen_lengths, 'float32'))),
          'logps/rejected': sum(tf.div(pair.rejected, tf.tensor1d(pair.rejected_lengths, 'float32'))),
        },
      };
    },
  };
}

/**
 * The rows with log p of both completions under `model` as it is now: call it before training starts (with a fresh adapter the model is
 * still the policy of the iteration's start).
 */
export function withReference(
  model: Model,
  rows: readonly PreferenceRow[],
  options: PackOptions,
): (PreferenceRow & { reference: { chosen: number; rejected: number } })[] {
  return packByTokens(rows, pairTokens, options).flatMap((group) => {
    const [chosen, rejected] = tf.tidy(() => {
      const pair = evaluatePairs(model, group);
      return [pair.chosen.dataSync().slice(), pair.rejected.dataSync().slice()];
    });
    return group.map((row, i) => ({ ...row, reference: { chosen: chosen![i]!, rejected: rejected![i]! } }));
  });
}

function pairTokens(row: PreferenceRow): number {
  return 2 * (row.prompt_ids.length - 1) + row.chosen_ids.length + row.rejected_ids.length;
}

function evaluatePairs(model: Model, rows: readonly PreferenceRow[]): PairLogProbs {
  const sides = [...rows.map((row) => row.chosen_ids), ...rows.map((row) => row.rejected_ids)];
  const prompts = [...rows, ...rows].map((row) => Array.from(row.prompt_ids));
  const flat = flatBatch(sides.map((completion, b) => [...prompts[b]!, ...Array.from(completion).slice(0, -1)]));
  const predictors: number[] = [];
  const targets: number[] = [];
  const borders = [0];
  for (const [b, completion] of sides.entries()) {
    for (let t = 0; t < completion.length; t++) {
      predictors.push(flat.cu_seqlens[b]! + prompts[b]!.length + t - 1);
      targets.push(completion[t]!);
    }
    borders.push(targets.length);
  }
  const hidden = forward(model, flat);
  return pairLogProbs(targetLogProbs(model, hidden, Int32Array.from(predictors), Int32Array.from(targets)), borders);
}

function referenceOf(rows: readonly PreferenceRow[]): { chosen: number[]; rejected: number[] } {
  const values = rows.map((row) => {
    if (row.reference === undefined)
      throw new ItoolError({
        code: 'internal',
        message: `training: pair without reference log-probabilities: ${row.pair_id}`,
        hint: 'Pass the pairs through withReference before training with DPO or IPO.',
      });
    return row.reference;
  });
  return { chosen: values.map((value) => value.chosen), rejected: values.map((value) => value.rejected) };
}
