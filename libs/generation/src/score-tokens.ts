import { flatBatch, forward, type Model, targetLogProbs } from '@itool/nn';
import { tf } from '@itool/tensor';

/** Tokens target_start .. end of `ids` are scored given all before; target_start is at least 1. */
export type ScoreRow = { ids: ArrayLike<number>; target_start: number };

/**
 * Log-probability (temperature 1) of each target token of each row, in batches of at most `max_batch_tokens` tokens (a longer row goes
 * alone). A row's result does not depend on its batch. `onRows` hears how many more rows are done.
 */
export async function scoreTokens(
  model: Model,
  rows: readonly ScoreRow[],
  options: { max_batch_tokens?: number; onRows?: (done: number) => void } = {},
): Promise<Float32Array[]> {
  const results: Float32Array[] = [];
  for (const batch of batches(rows, options.max_batch_tokens ?? 8192)) {
    results.push(...scoreBatch(model, batch));
    options.onRows?.(batch.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return results;
}

function batches(rows: readonly ScoreRow[], limit: number): ScoreRow[][] {
  const groups: ScoreRow[][] = [];
  let used = 0;
  for (const row of rows) {
    if (!(row.target_start >= 1)) throw new Error(`generation: target_start must be at least 1: ${row.target_start}`);
    const open = groups[groups.length - 1];
    if (open !== undefined && used + row.ids.length <= limit) {
      open.push(row);
      used += row.ids.length;
    } else {
      groups.push([row]);
      used = row.ids.length;
    }
  }
  return groups;
}

function scoreBatch(model: Model, rows: readonly ScoreRow[]): Float32Array[] {
  // The last token of a row is only predicted, never a predictor.
  const flat = flatBatch(rows.map(({ ids }) => Array.from(ids).slice(0, -1)));
  const predictors: number[] = [];
  const targets: number[] = [];
  const borders = [0];
  for (const [b, { ids, target_start }] of rows.entries()) {
    for (let t = target_start; t < ids.length; t++) {
      predictors.push(flat.cu_seqlens[b]! + t - 1);
      targets.push(ids[t]!);
    }
    borders.push(targets.length);
  }
  if (targets.length === 0) return rows.map(() => new Float32Array(0));
  const logProbs = tf.tidy(() =>
    targetLogProbs(model, forward(model, flat), Int32Array.from(predictors), Int32Array.from(targets)),
  );
  const values = logProbs.dataSync<'float32'>();
  const results = rows.map((_, b) => values.slice(borders[b], borders[b + 1]));
  logProbs.dispose();
  return results;
}
