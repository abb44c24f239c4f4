import { tf, useBackend, valueAndGrads } from '@itool/tensor';
import { type CrossEntropyReduction, type CrossEntropyTargets, crossEntropy } from './cross-entropy.ts';

const LOGPS = [-1, -3, -0.5, -2];
const TARGETS: CrossEntropyTargets = { cu_seqlens: [0, 2, 4], weights: [1, 1, 0.5, 0] };

function evaluate(targets: CrossEntropyTargets, reduction: CrossEntropyReduction, denominator?: number) {
  const logps = tf.variable(tf.tensor1d(LOGPS));
  const { value, grads } = valueAndGrads(
    () => crossEntropy(logps as unknown as tf.Tensor1D, targets, reduction, denominator),
    {
      logps,
    },
  );
  const result = { loss: value.dataSync()[0]!, gradient: [...grads['logps']!.dataSync()] };
  tf.dispose([logps, value, grads['logps']!]);
  return result;
}

describe('crossEntropy', () => {
  beforeAll(async () => {
    await useBackend('auto');
  });

  it('averages per sequence, then over sequences', () => {
    // ((1+3)/2 + 0.5*0.5/0.5) / 2
    expect(evaluate(TARGETS, 'sequence_mean')).toEqual({ loss: 1.25, gradient: [-0.25, -0.25, -0.5, 0] });
  });

  it('averages over tokens', () => {
    const { loss, gradient } = evaluate(TARGETS, 'token_mean');
    expect(loss).toBeCloseTo(4.25 / 2.5, 6);
    for (const [t, expected] of [-0.4, -0.4, -0.2, 0].entries()) expect(gradient[t]).toBeCloseTo(expected, 6);
    expect(evaluate({ cu_seqlens: [0, 4] }, 'token_mean').loss).toBe(6.5 / 4);
  });

  it('adds up over micro-batches when the denominator is that of the whole batch', () => {
    expect(evaluate(TARGETS, 'sequence_mean', 4).loss).toBe(0.625);
    expect(evaluate(TARGETS, 'token_mean', 10).loss).toBeCloseTo(0.425, 6);
  });

  it('gives a fully masked sequence no loss and no gradient', () => {
    expect(evaluate({ cu_seqlens: [0, 2, 4], weights: [1, 1, 0, 0] }, 'sequence_mean')).toEqual({
      loss: 1,
      gradient: [-0.25, -0.25, 0, 0],
    });
  });
});
