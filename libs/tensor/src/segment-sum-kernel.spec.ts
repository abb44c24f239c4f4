import * as tf from '@tensorflow/tfjs';
import { useBackend } from './use-backend.ts';

it.each(['cpu', 'wasm'] as const)('gather has a gradient on %s', async (backend) => {
  await useBackend(backend);
  const x = tf.tensor1d([1, 2, 3]);
  const dx = tf.grad((input) => tf.sum(tf.square(tf.gather(input, tf.tensor1d([2, 0, 2], 'int32')))))(x);
  expect([...dx.dataSync()]).toEqual([2, 0, 12]);
});

it.each(['cpu', 'wasm'] as const)('segments without rows are 0 and foreign ids are skipped on %s', async (backend) => {
  await useBackend(backend);
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
  const sums = tf.unsortedSegmentSum(x, tf.tensor1d([2, -1, 2], 'int32'), 4);
  expect([...sums.dataSync()]).toEqual([0, 0, 0, 0, 6, 8, 0, 0]);
});
