import { type CrossEntropyReduction, crossEntropy } from '@itool/loss';
import { flatBatch, forward, type Model, targetLogProbs } from '@itool/nn';
import type { TrainingTask } from './training-task.ts';

export type SupervisedRow = {
  row_id: string;
  ids: ArrayLike<number>;
  /** One weight per id: 0 = masked (prompt, role headers), 1 = trained. The first id is never a target. */
  loss_mask: ArrayLike<number>;
};

/** Next-token training on the unmasked tokens of each row. Only their hidden states go through the head. */
export function supervisedTask(
  model: Model,
  options: { reduction: CrossEntropyReduction },
): TrainingTask<SupervisedRow> {
  return {
    id: (row) => row.row_id,
    length: (row) => row.ids.length,
    tokens: (row) => Math.max(0, row.ids.length - 1),
    targets: (row) => targetPositions(row).reduce((sum, t) => sum + row.loss_mask[t]!, 0),
    evaluate: (rows, batch) => {
      const flat = flatBatch(rows.map((row) => Array.from(row.ids).slice(0, -1)));
      const predictors: number[] = [];
      const targets: number[] = [];
      const weights: number[] = [];
      const borders = [0];
      for (const [b, row] of rows.entries()) {
        for (const t of targetPositions(row)) {
          predictors.push(flat.cu_seqlens[b]! + t - 1);
          targets.push(row.ids[t]!);
          weights.push(row.loss_mask[t]!);
        }
        borders.push(targets.length);
      }
      const hidden = forward(model, flat);
      const logProbs = targetLogProbs(model, hidden, Int32Array.from(predictors), Int32Array.from(targets));
      const denominator = options.reduction === 'sequence_mean' ? batch.rows : batch.targets;
      return {
        loss: crossEntropy(logProbs, { cu_seqlens: borders, weights }, options.reduction, denominator),
        sums: {},
      };
    },
  };
}

function targetPositions(row: SupervisedRow): number[] {
  const positions: number[] = [];
  for (let t = 1; t < row.ids.length; t++) if (row.loss_mask[t]! !== 0) positions.push(t);
  return positions;
}
