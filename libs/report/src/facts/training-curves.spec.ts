import type { TrainingMetric } from '../report-data.ts';
import { thin, trainingCurve } from './training-curves.ts';

const metric = (phase: string, global_step: number, loss: number): TrainingMetric => ({
  phase,
  epoch: 0,
  global_step,
  loss,
  learning_rate: null,
  grad_norm: null,
  tokens: phase === 'validation' ? null : 10,
});

describe('trainingCurve', () => {
  it('continues the steps of a later phase and keeps validation apart', () => {
    const curve = trainingCurve({
      stage: 'base',
      label: 'base',
      metrics: [
        metric('copy', 1, 5),
        metric('copy', 2, 4),
        metric('pretrain', 1, 3),
        metric('validation', 1, 3.5),
        metric('pretrain', 2, 2),
        metric('validation', 2, 2.5),
      ],
    });
    expect(curve.phases).toEqual([
      {
        phase: 'copy',
        points: [
          [1, 5],
          [2, 4],
        ],
      },
      {
        phase: 'pretrain',
        points: [
          [3, 3],
          [4, 2],
        ],
      },
    ]);
    expect(curve.validation).toEqual([
      [3, 3.5],
      [4, 2.5],
    ]);
    expect(curve).toMatchObject({ steps: 4, first_loss: 5, last_loss: 2, best_validation: 2.5, tokens: 40 });
  });

  it('averages neighbours and leaves out what is not finite', () => {
    expect(
      thin(
        [
          [1, 2],
          [2, 4],
          [3, Number.NaN],
          [4, 10],
        ],
        2,
      ),
    ).toEqual([
      [1.5, 3],
      [4, 10],
    ]);
  });

  it('has no losses without metrics', () => {
    expect(trainingCurve({ stage: 's', label: 's', metrics: [] })).toMatchObject({
      first_loss: null,
      best_validation: null,
    });
  });
});
