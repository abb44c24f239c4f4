import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { engineInternals } from './engine-internals.ts';
import { linear } from './linear.ts';
import { rmsNorm } from './rms-norm.ts';
import { useBackend } from './use-backend.ts';
import { valueAndGrads } from './value-and-grads.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

const weight = () => tf.tensor2d([1, 2, 3, 4], [2, 2]);

function failingOperation(x: tf.Tensor, where: 'forward' | 'backward'): tf.Tensor {
  return differentiable<tf.Tensor, 'x'>({
    inputs: { x },
    save: ['x'],
    forward: () => {
      if (where === 'forward') throw new Error('no forward');
      return tf.square(x);
    },
    gradients: () => {
      tf.square(x);
      throw new Error('no backward');
    },
  });
}

describe('valueAndGrads', () => {
  it('gives value and gradients of tfjs operations', () => {
    const [a, b] = [tf.scalar(3), tf.scalar(5)];
    const { value, grads } = valueAndGrads(() => tf.add(tf.mul(a, b), tf.square(a)) as tf.Scalar, { a, b });
    expect([value, grads['a']!, grads['b']!].map((tensor) => tensor.dataSync()[0])).toEqual([24, 11, 3]);
  });

  it('adds up the uses of a parameter, also when one gradient tensor serves several inputs', () => {
    const a = tf.tensor1d([1, 2]);
    const { grads } = valueAndGrads(() => tf.sum(tf.add(tf.add(a, a), a)) as tf.Scalar, { a });
    expect([...grads['a']!.dataSync()]).toEqual([3, 3]);
  });

  it('leaves out parameters that the value does not depend on, and gives a shared one to each of its names', () => {
    const [a, b] = [tf.scalar(3), tf.scalar(5)];
    const { grads } = valueAndGrads(() => tf.square(a) as tf.Scalar, { a, b, tied: a });
    expect(Object.keys(grads)).toEqual(['a', 'tied']);
    grads['a']!.dispose();
    expect(grads['tied']!.dataSync()[0]).toBe(6);
  });

  it('takes the gradient through operations with several outputs', () => {
    const a = tf.tensor1d([1, 2, 3, 4]);
    const { grads } = valueAndGrads(() => tf.sum(tf.square(tf.split(a, 2)[1]!)) as tf.Scalar, { a });
    expect([...grads['a']!.dataSync()]).toEqual([0, 0, 6, 8]);
  });

  it('does not compute the gradient of a frozen weight', () => {
    const asked: string[][] = [];
    const [x, frozen] = [tf.scalar(2), tf.scalar(3)];
    valueAndGrads(
      () =>
        differentiable<tf.Scalar, 'x' | 'frozen'>({
          inputs: { x, frozen },
          save: ['frozen'],
          forward: () => tf.mul(x, frozen),
          gradients: (dy, [saved], needs) => {
            asked.push((['x', 'frozen'] as const).filter(needs));
            return { x: tf.mul(dy, saved!) };
          },
        }),
      { x },
    );
    expect(asked).toEqual([['x']]);
  });

  it('computes gradients inside a gradient function (recomputation)', () => {
    const x = tf.scalar(3);
    const cube = (input: tf.Tensor) => tf.mul(input, tf.square(input)) as tf.Scalar;
    const recomputed = differentiable<tf.Scalar, 'x'>;
    const before = tf.memory().numTensors;
    const { value, grads } = valueAndGrads(
      () =>
        tf.mul(
          2,
          recomputed({
            inputs: { x },
            save: ['x'],
            forward: () => cube(x),
            gradients: (dy, [saved]) => {
              const inner = valueAndGrads(() => cube(saved!), { saved: saved! });
              return { x: tf.mul(dy, inner.grads['saved']!) };
            },
          }),
        ),
      { x },
    );
    expect([value.dataSync()[0], grads['x']!.dataSync()[0]]).toEqual([54, 54]);
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('leaks no tensor over 100 steps', () => {
    const params = { w: weight(), scale: tf.tensor1d([0.5, 2]) };
    const x = weight();
    const before = tf.memory();
    for (let step = 0; step < 100; step++) {
      const { value, grads } = valueAndGrads(
        () => tf.mean(tf.square(rmsNorm(linear(linear(x, params.w), params.w), params.scale, 1e-5))) as tf.Scalar,
        params,
      );
      tf.dispose([value, grads]);
    }
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
  });

  it.each(['forward', 'backward'] as const)(
    'leaks no tensor and leaves no tape open after an exception in %s',
    (where) => {
      const w = weight();
      const before = tf.memory();
      const step = () =>
        valueAndGrads(() => tf.sum(linear(failingOperation(linear(w, w), where) as tf.Tensor2D, w)) as tf.Scalar, {
          w,
        });
      expect(step).toThrow(`no ${where}`);
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numDataBuffers: before.numDataBuffers });
      expect(engineInternals().state.gradientDepth).toBe(0);
      const { grads } = valueAndGrads(() => tf.sum(tf.square(w)) as tf.Scalar, { w });
      expect([...grads['w']!.dataSync()]).toEqual([2, 4, 6, 8]);
    },
  );

  it('frees what the forward pass saved while it goes back', () => {
    const w = weight();
    const alive: number[] = [];
    const probe = (input: tf.Tensor) =>
      differentiable<tf.Tensor2D, 'input'>({
        inputs: { input },
        save: [],
        forward: () => tf.clone(input),
        gradients: (dy) => {
          alive.push(tf.memory().numTensors);
          return { input: tf.clone(dy) };
        },
      });
    valueAndGrads(
      () => {
        let x = w;
        for (let i = 0; i < 20; i++) x = probe(tf.square(x) as tf.Tensor2D);
        return tf.sum(x) as tf.Scalar;
      },
      { w },
    );
    expect(alive[19]! - alive[0]!).toBeLessThanOrEqual(-19);
  });

  it('names what cannot be differentiated', () => {
    const a = tf.tensor1d([1, 2]);
    expect(() => valueAndGrads(() => tf.square(a) as unknown as tf.Scalar, { a })).toThrow(
      'tensor: valueAndGrads needs a float32 scalar: float32 [2]',
    );
    const topk = () => tf.sum(tf.topk(a, 1).values) as tf.Scalar;
    expect(() => valueAndGrads(topk, { a })).toThrow('tensor: operation without a gradient: TopK');
  });
});
