import { tf, useBackend, valueAndGrads } from '@itool/tensor';
import { pairLogProbs } from './pair-log-probs.ts';
import { type PreferenceLossConfig, preferenceLoss } from './preference-loss.ts';

// The vectors of the method's specification, section 15.
const CHOSEN = [-0.1, -0.2, -0.3];
const REJECTED = [-0.5, -0.7];
const REFERENCE = { chosen: [-0.8], rejected: [-1.0] };

function evaluate(tokens: number[], borders: number[], config: PreferenceLossConfig, reference = REFERENCE) {
  const logps = tf.variable(tf.tensor1d(tokens));
  const read: Record<string, number[]> = {};
  const { value, grads } = valueAndGrads(
    () => {
      const terms = preferenceLoss(pairLogProbs(logps as unknown as tf.Tensor1D, borders), config, reference);
      for (const [name, tensor] of Object.entries(terms)) read[name] = [...tensor.dataSync()];
      return tf.mean(terms.losses) as tf.Scalar;
    },
    { logps },
  );
  const loss = value.dataSync()[0]!;
  const gradient = [...grads['logps']!.dataSync()];
  tf.dispose([logps, value, grads['logps']!]);
  return { loss, gradient, chosen: read['chosen_rewards']!, rejected: read['rejected_rewards']! };
}

const one = (config: PreferenceLossConfig) => evaluate([...CHOSEN, ...REJECTED], [0, 3, 5], config);

describe('preference losses', () => {
  beforeAll(async () => {
    await useBackend('auto');
  });

  it.each<[PreferenceLossConfig, number, number, number]>([
    [{ kind: 'simpo', beta: 2.5, gamma: 0.5 }, 0.474076984, -0.5, -1.5],
    // gamma_beta_ratio 0.5 would be gamma 1.25: the mistake that the raw margin avoids.
    [{ kind: 'simpo', beta: 2.5, gamma: 1.25 }, 0.82593942, -0.5, -1.5],
    [{ kind: 'dpo', beta: 0.1 }, 0.673347167, 0.02, -0.02],
    [{ kind: 'ipo', tau: 0.1 }, 23.361111, 0.1 * (-0.2 + 0.8 / 3), -0.01],
    [{ kind: 'orpo', lambda: 0.1 }, 0.223847148, -0.02, -0.06],
  ])('%j', (config, loss, chosen, rejected) => {
    const result = one(config);
    expect(Math.abs(result.loss / loss - 1)).toBeLessThan(1e-6);
    expect(result.chosen[0]).toBeCloseTo(chosen, 6);
    expect(result.rejected[0]).toBeCloseTo(rejected, 6);
  });

  it('has the gradient of the specification for SimPO', () => {
    const { gradient } = one({ kind: 'simpo', beta: 2.5, gamma: 0.5 });
    for (const value of gradient.slice(0, 3)) expect(value).toBeCloseTo(-0.314617224, 6);
    for (const value of gradient.slice(3)) expect(value).toBeCloseTo(0.471925836, 6);
  });

  it.each<[PreferenceLossConfig]>([
    [{ kind: 'simpo', beta: 2.5, gamma: 0.5, sft_coef: 0.3 }],
    [{ kind: 'dpo', beta: 0.1 }],
    [{ kind: 'ipo', tau: 0.1 }],
    [{ kind: 'orpo', lambda: 0.1 }],
  ])('has the gradient of central differences in float64: %j', (config) => {
    const tokens = [-0.1, -0.2, -2.5, -0.5, -0.7];
    const { gradient } = evaluate(tokens, [0, 3, 5], config);
    for (let t = 0; t < tokens.length; t++) {
      const shifted = (by: number) =>
        float64Loss(
          tokens.map((value, i) => (i === t ? value + by : value)),
          config,
        );
      const numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
      expect(Math.abs(gradient[t]! - numeric)).toBeLessThan(1e-5 * (1 + Math.abs(numeric)));
    }
  });

  it('adds the mean likelihood of the chosen side by sft_coef', () => {
    const plain = one({ kind: 'simpo', beta: 2.5, gamma: 0.5 });
    const guarded = one({ kind: 'simpo', beta: 2.5, gamma: 0.5, sft_coef: 0.5 });
    expect(guarded.loss - plain.loss).toBeCloseTo(0.5 * 0.2, 6);
  });

  it('is the mean over pairs, chosen completions first', () => {
    const config: PreferenceLossConfig = { kind: 'simpo', beta: 2.5, gamma: 0.5 };
    const twice = evaluate([...CHOSEN, -0.9, ...REJECTED, -0.3], [0, 3, 4, 6, 7], config);
    const second = evaluate([-0.9, -0.3], [0, 1, 2], config);
    expect(twice.loss).toBeCloseTo((0.474076984 + second.loss) / 2, 6);
    expect(twice.chosen[1]).toBeCloseTo(2.5 * -0.9, 6);
  });

  it('stays finite for certain and for hopeless completions', () => {
    for (const tokens of [
      [0, -30],
      [-30, 0],
      [-1e-9, -1e-9],
      [0, 0],
    ])
      for (const kind of ['orpo', 'simpo'] as const) {
        const config: PreferenceLossConfig = kind === 'orpo' ? { kind, lambda: 0.1 } : { kind, beta: 2.5, gamma: 0.5 };
        const { loss, gradient } = evaluate(tokens, [0, 1, 2], config);
        expect([loss, ...gradient].every(Number.isFinite)).toBe(true);
      }
  });

  it('refuses a missing reference', () => {
    const pair = pairLogProbs(tf.tensor1d([-1, -2]), [0, 1, 2]);
    expect(() => preferenceLoss(pair, { kind: 'dpo', beta: 0.1 })).toThrow('dpo needs reference');
  });
});

function float64Loss(tokens: number[], config: PreferenceLossConfig): number {
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const [w, l] = [sum(tokens.slice(0, 3)), sum(tokens.slice(3))];
  const [mw, ml] = [w / 3, l / 2];
  const minusLogSigmoid = (x: number) => Math.log(1 + Math.exp(-x));
  const odds = (m: number) => m - Math.log(1 - Math.exp(m));
  const sft = -(config.sft_coef ?? 0) * mw;
  if (config.kind === 'simpo') return sft + minusLogSigmoid(config.beta * (mw - ml) - config.gamma);
  if (config.kind === 'dpo') return minusLogSigmoid(config.beta * (w + 0.8 - (l + 1.0)));
  if (config.kind === 'ipo') return (mw + 0.8 / 3 - (ml + 0.5) - 1 / (2 * config.tau)) ** 2;
  return -mw + config.lambda * minusLogSigmoid(odds(mw) - odds(ml));
}
