import * as tf from '@tensorflow/tfjs';
import { smoothValues } from './reference/operation-cases.ts';
import { tokenLogProbs } from './token-log-probs.ts';
import { useBackend } from './use-backend.ts';
import { valueAndGrads } from './value-and-grads.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

describe('tokenLogProbs', () => {
  it('is log softmax of the logits at the target', () => {
    // logits of the row: 0 and ln 3, so probabilities 1/4 and 3/4
    const hidden = tf.tensor2d([1], [1, 1]);
    const weight = tf.tensor2d([0, Math.log(3)], [2, 1]);
    const out = [0, 1].map((target) => tokenLogProbs(hidden, weight, tf.tensor1d([target], 'int32')).dataSync()[0]!);
    expect(out[0]).toBeCloseTo(Math.log(1 / 4), 6);
    expect(out[1]).toBeCloseTo(Math.log(3 / 4), 6);
  });

  it('gives the same rows when the batch needs several blocks of logits', () => {
    const [vocab, rows] = [70_001, 70];
    tf.tidy(() => {
      const hidden = tf.tensor2d(smoothValues(rows * 2, 1), [rows, 2]);
      const weight = tf.tensor2d(smoothValues(vocab * 2, 2), [vocab, 2]);
      const targets = Int32Array.from({ length: rows }, (_, n) => n * 1000);
      const run = (from: number, to: number) => {
        const part = tf.slice(hidden, [from, 0], [to - from, 2]);
        const ids = tf.tensor1d(targets.slice(from, to), 'int32');
        const { grads } = valueAndGrads(() => tf.sum(tokenLogProbs(part, weight, ids)) as tf.Scalar, { part, weight });
        return {
          out: [...tokenLogProbs(part, weight, ids).dataSync()],
          part: grads['part']!,
          weight: grads['weight']!,
        };
      };
      const [whole, first, second] = [run(0, rows), run(0, 30), run(30, rows)];
      expect(whole.out).toEqual([...first.out, ...second.out]);
      expect([...whole.part.dataSync()]).toEqual([...first.part.dataSync(), ...second.part.dataSync()]);
      const sum = tf.add(first.weight, second.weight);
      expect(tf.max(tf.abs(tf.sub(sum, whole.weight))).dataSync()[0]).toBeLessThan(1e-5);
    });
  });

  it('refuses a target outside the vocabulary', () => {
    const targets = tf.tensor1d([0, 3], 'int32');
    expect(() => tokenLogProbs(tf.ones([2, 2]), tf.ones([3, 2]), targets)).toThrow(
      'tensor: targets[1] is out of range: 3 (0..2)',
    );
  });
});
