import type { TrainingRun } from '../report-data.ts';

export type Point = [x: number, y: number];

export type TrainingCurve = {
  stage: string;
  label: string;
  steps: number;
  /** Loss over updates; steps of a later phase continue those of an earlier one. */
  phases: { phase: string; points: Point[] }[];
  validation: Point[];
  /** Of the first and the last point that is drawn: in a long run the mean of neighbouring updates. */
  first_loss: number | null;
  last_loss: number | null;
  best_validation: number | null;
  tokens: number | null;
};

const MOST_POINTS = 240;

/** Loss curves as a report draws them: at most 240 points per phase, each the mean of neighbouring updates. */
export function trainingCurve(run: TrainingRun): TrainingCurve {
  const phases: { phase: string; points: Point[] }[] = [];
  const validation: Point[] = [];
  let offset = 0;
  let reached = 0;
  let tokens: number | null = null;
  for (const metric of run.metrics) {
    if (metric.phase === 'validation') {
      validation.push([offset + metric.global_step, metric.loss]);
      continue;
    }
    if (phases.at(-1)?.phase !== metric.phase) {
      if (offset + metric.global_step <= reached) offset = reached;
      phases.push({ phase: metric.phase, points: [] });
    }
    reached = offset + metric.global_step;
    phases.at(-1)!.points.push([reached, metric.loss]);
    if (metric.tokens !== null) tokens = (tokens ?? 0) + metric.tokens;
  }
  const drawn = phases.map(({ phase, points }) => ({ phase, points: thin(points) }));
  const losses = validation.map(([, loss]) => loss);
  return {
    stage: run.stage,
    label: run.label,
    steps: reached,
    phases: drawn,
    validation: thin(validation),
    first_loss: drawn[0]?.points[0]?.[1] ?? null,
    last_loss: drawn.at(-1)?.points.at(-1)?.[1] ?? null,
    best_validation: losses.length === 0 ? null : losses.reduce((a, b) => Math.min(a, b)),
    tokens,
  };
}

/** Means of consecutive points, at most `most` of them; non-finite values are left out. */
export function thin(points: readonly Point[], most: number = MOST_POINTS): Point[] {
  const finite = points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  const size = Math.max(1, Math.ceil(finite.length / most));
  const means: Point[] = [];
  for (let from = 0; from < finite.length; from += size) {
    const bucket = finite.slice(from, from + size);
    const mean = (axis: 0 | 1): number => bucket.reduce((sum, point) => sum + point[axis], 0) / bucket.length;
    means.push([mean(0), mean(1)]);
  }
  return means;
}
