import * as tf from '@tensorflow/tfjs';
import { checkpoint } from './checkpoint.ts';
import { linear } from './linear.ts';
import { smoothValues } from './reference/operation-cases.ts';
import { swiGlu } from './swi-glu.ts';
import { useBackend } from './use-backend.ts';
import { valueAndGrads } from './value-and-grads.ts';

const [ROWS, WIDTH, LAYERS] = [6, 8, 4];

describe('checkpoint', () => {
  beforeAll(async () => {
    await useBackend('cpu');
  });

  const setup = () => {
    const weights = Object.fromEntries(
      Array.from({ length: LAYERS }, (_, layer) => [
        `w${layer}`,
        tf.tensor2d(smoothValues(WIDTH * WIDTH, layer + 2, 0.5), [WIDTH, WIDTH]),
      ]),
    );
    const x = tf.tensor2d(smoothValues(ROWS * WIDTH, 1), [ROWS, WIDTH]);
    let runs = 0;
    const layer = (name: string) => (input: tf.Tensor2D) => {
      runs++;
      return tf.tidy(() => tf.add<tf.Tensor2D>(input, swiGlu(linear(input, weights[name]!), input)));
    };
    const loss =
      (keep: boolean, fail = '') =>
      () => {
        let h: tf.Tensor2D = x;
        for (const name of Object.keys(weights)) {
          const f = (input: tf.Tensor2D) => {
            if (name === fail && runs >= LAYERS) throw new Error('in the gradient');
            return layer(name)(input);
          };
          h = keep ? f(h) : checkpoint(f, h, { [name]: weights[name]! });
        }
        return tf.sum(tf.square(h)) as tf.Scalar;
      };
    return {
      weights,
      x,
      loss,
      runs: () => runs,
      reset: () => {
        runs = 0;
      },
    };
  };

  it('gives the value and the gradients of f, bit for bit, and runs f twice', () => {
    tf.tidy(() => {
      const { weights, x, loss, runs, reset } = setup();
      const expected = valueAndGrads(loss(true), { ...weights, x });
      expect(runs()).toBe(LAYERS);
      reset();
      const found = valueAndGrads(loss(false), { ...weights, x });
      expect(runs()).toBe(2 * LAYERS);
      expect(found.value.dataSync()).toEqual(expected.value.dataSync());
      expect(Object.keys(found.grads).sort()).toEqual(Object.keys(expected.grads).sort());
      for (const [name, grad] of Object.entries(found.grads))
        expect([name, grad.dataSync()]).toEqual([name, expected.grads[name]!.dataSync()]);
    });
  });

  it('does not compute what is not asked for', () => {
    tf.tidy(() => {
      const { weights, loss, runs } = setup();
      expect(Object.keys(valueAndGrads(loss(false), { w3: weights['w3']! }).grads)).toEqual(['w3']);
      expect(runs()).toBe(LAYERS + 1);
    });
  });

  it('keeps one tensor per layer between forward and gradient', () => {
    const { weights, x, loss } = setup();
    const alive = (keep: boolean) => {
      let most = 0;
      valueAndGrads(
        () => {
          const value = loss(keep)();
          most = tf.memory().numTensors;
          return value;
        },
        { x },
      );
      return most;
    };
    const [kept, checkpointed] = [alive(true), alive(false)];
    expect(kept - checkpointed).toBeGreaterThan(2 * LAYERS);
    tf.dispose([...Object.values(weights), x]);
  });

  it('leaves no tensor and no tape behind when the second run throws', () => {
    const { weights, x, loss } = setup();
    const before = tf.memory().numTensors;
    expect(() => valueAndGrads(loss(false, 'w2'), { ...weights, x })).toThrow('in the gradient');
    expect(tf.memory().numTensors).toBe(before);
    const { value, grads } = tf.tidy(() => valueAndGrads(() => tf.sum(x) as tf.Scalar, { x }));
    tf.dispose([value, ...Object.values(grads)]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([...Object.values(weights), x]);
  });
});
