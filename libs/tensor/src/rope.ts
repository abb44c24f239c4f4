import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';
import { type RopeOptions, ropeFrequencies } from './rope-frequencies.ts';

/**
 * Rotary position embedding in Hugging Face's half rotation: x [N,H,hd], positions int32 [N] -> [N,H,hd]. Angles are computed in float64
 * (transformers rounds position*frequency to float32, which differs by up to 1e-4 rad at position 2048).
 */
export function rope(x: tf.Tensor3D, positions: tf.Tensor1D, options: RopeOptions): tf.Tensor3D {
  const inv_freq = ropeFrequencies(x.shape[2], options);
  const rotate = (tensor: tf.Tensor3D, at: tf.Tensor1D, inverse: boolean) =>
    hasKernel('Rope')
      ? runFused('Rope', { x: tensor, positions: at }, { inv_freq, inverse })[0]!
      : compositeRotation(tensor, at, inv_freq, inverse);
  return differentiable<tf.Tensor3D, 'x' | 'positions'>({
    inputs: { x, positions },
    save: ['positions'],
    forward: () => rotate(x, positions, false),
    gradients: (dy, [saved]) => ({ x: rotate(dy as tf.Tensor3D, saved as tf.Tensor1D, true) }),
  });
}

function compositeRotation(x: tf.Tensor3D, positions: tf.Tensor1D, frequencies: number[], inverse: boolean): tf.Tensor {
  const [tokens, heads] = x.shape;
  const half = frequencies.length;
  const table = anglesUpTo(positions, frequencies);
  const at = positions.dataSync();
  const cos = new Float32Array(tokens * half);
  const sin = new Float32Array(tokens * half);
  for (let n = 0; n < tokens; n++) {
    const row = at[n]! * half;
    cos.set(table.cos.subarray(row, row + half), n * half);
    for (let j = 0; j < half; j++) sin[n * half + j] = inverse ? -table.sin[row + j]! : table.sin[row + j]!;
  }
  const c = tf.tensor3d(cos, [tokens, 1, half]);
  const s = tf.tensor3d(sin, [tokens, 1, half]);
  const first = tf.slice(x, [0, 0, 0], [tokens, heads, half]);
  const second = tf.slice(x, [0, 0, half], [tokens, heads, half]);
  return tf.concat([tf.sub(tf.mul(first, c), tf.mul(second, s)), tf.add(tf.mul(second, c), tf.mul(first, s))], 2);
}

interface AngleTable {
  positions: number;
  cos: Float32Array;
  sin: Float32Array;
}

const tables = new WeakMap<number[], AngleTable>();

function anglesUpTo(positions: tf.Tensor1D, frequencies: number[]): AngleTable {
  let last = 0;
  for (const position of positions.dataSync()) last = Math.max(last, position);
  const known = tables.get(frequencies);
  if (known !== undefined && last < known.positions) return known;
  const count = Math.max(256, 2 * last);
  const half = frequencies.length;
  const table = { positions: count, cos: new Float32Array(count * half), sin: new Float32Array(count * half) };
  for (let p = 0; p < count; p++) {
    for (let j = 0; j < half; j++) {
      table.cos[p * half + j] = Math.cos(p * frequencies[j]!);
      table.sin[p * half + j] = Math.sin(p * frequencies[j]!);
    }
  }
  tables.set(frequencies, table);
  return table;
}
