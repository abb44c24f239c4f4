import * as tf from '@tensorflow/tfjs';
import { embed } from './embed.ts';
import { useBackend } from './use-backend.ts';

it.each(['cpu', 'wasm'] as const)('embed refuses ids outside the table on %s', async (backend) => {
  await useBackend(backend);
  expect(() => embed(tf.tensor1d([0, -1], 'int32'), tf.ones([3, 2]))).toThrow(
    'tensor: ids[1] is out of range: -1 (0..2)',
  );
});
