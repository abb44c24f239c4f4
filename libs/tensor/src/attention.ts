import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';
import { matMulNT, matMulTN } from './matmul.ts';

export interface AttentionOptions {
  /** [0, len0, len0+len1, ...]; the last is N */
  cu_seqlens: number[];
  /** usually 1/sqrt(head_dim) */
  scale: number;
}

/**
 * Causal attention inside each sequence of the flat batch: q [N,Hq,hd], k and v [N,Hkv,hd] -> [N,Hq,hd]; query head h reads key/value head
 * floor(h*Hkv/Hq). The composite never builds a mask larger than the longest sequence.
 */
export function attention(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, options: AttentionOptions): tf.Tensor3D {
  const fused = hasKernel('Attention');
  const attrs = { cu_seqlens: options.cu_seqlens, scale: options.scale };
  return differentiable<tf.Tensor3D, 'q' | 'k' | 'v'>({
    inputs: { q, k, v },
    save: ['q', 'k', 'v'],
    saveOutput: true,
    forward: () => (fused ? runFused('Attention', { q, k, v }, attrs)[0]! : compositeForward(q, k, v, options)),
    gradients: (dy, saved) => {
      const [sq, sk, sv, out] = saved as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
      const inputs = { q: sq, k: sk, v: sv, out, dy: dy as tf.Tensor3D };
      const [dq, dk, dv] = fused ? runFused('AttentionGrad', inputs, attrs) : compositeGradients(inputs, options);
      return { q: dq, k: dk, v: dv };
    },
  });
}

function compositeForward(q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D, options: AttentionOptions): tf.Tensor3D {
  const kvHeads = k.shape[1];
  const parts = sequences(options.cu_seqlens).map(([start, length]) =>
    tf.tidy(() => {
      const probabilities = attentionProbabilities(
        groupedHeads(rows(q, start, length), kvHeads),
        groupedHeads(rows(k, start, length), kvHeads),
        options.scale,
      );
      return tokensFirst(tf.matMul(probabilities, groupedHeads(rows(v, start, length), kvHeads)), length);
    }),
  );
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 0);
}

function compositeGradients(
  tensors: { q: tf.Tensor3D; k: tf.Tensor3D; v: tf.Tensor3D; out: tf.Tensor3D; dy: tf.Tensor3D },
  { cu_seqlens, scale }: AttentionOptions,
): tf.Tensor[] {
  const kvHeads = tensors.k.shape[1];
  const parts = sequences(cu_seqlens).map(([start, length]) =>
    tf.tidy(() => {
      const heads = (x: tf.Tensor3D) => groupedHeads(rows(x, start, length), kvHeads);
      const [q, k, dy] = [heads(tensors.q), heads(tensors.k), heads(tensors.dy)];
      const probabilities = attentionProbabilities(q, k, scale);
      const delta = tf.sum(tf.mul(dy, heads(tensors.out)), -1, true);
      const dp = matMulNT(dy, heads(tensors.v));
      const ds = tf.mul(tf.mul(probabilities, tf.sub(dp, delta)), scale) as tf.Tensor3D;
      const gradients: tf.Tensor3D[] = [tf.matMul(ds, k), matMulTN(ds, q), matMulTN(probabilities, dy)];
      return gradients.map((x) => tokensFirst(x, length));
    }),
  );
  return [0, 1, 2].map((i) =>
    parts.length === 1
      ? parts[0]![i]!
      : tf.concat(
          parts.map((part) => part[i]!),
          0,
        ),
  );
}

/** Start and length of each sequence that has tokens. */
function sequences(cuSeqlens: number[]): [start: number, length: number][] {
  const spans: [number, number][] = [];
  for (let b = 0; b + 1 < cuSeqlens.length; b++) {
    const length = cuSeqlens[b + 1]! - cuSeqlens[b]!;
    if (length > 0) spans.push([cuSeqlens[b]!, length]);
  }
  return spans;
}

function rows(x: tf.Tensor3D, start: number, length: number): tf.Tensor3D {
  return tf.slice(x, [start, 0, 0], [length, x.shape[1], x.shape[2]]);
}

/**
 * [T,H,hd] -> [Hkv, (H/Hkv)*T, hd]: the query heads of a group lie below each other, so that one multiplication with the group's keys
 * serves all of them, without repeating keys (tile has no gradient beyond rank 4), and the group's sum in dk, dv falls out of it.
 */
function groupedHeads(x: tf.Tensor3D, kvHeads: number): tf.Tensor3D {
  const [length, heads, headDim] = x.shape;
  return tf.reshape(tf.transpose(x, [1, 0, 2]), [kvHeads, (heads / kvHeads) * length, headDim]);
}

function tokensFirst(x: tf.Tensor3D, length: number): tf.Tensor3D {
  const headDim = x.shape[2];
  return tf.transpose(tf.reshape(x, [x.size / (length * headDim), length, headDim]), [1, 0, 2]) as tf.Tensor3D;
}

function attentionProbabilities(q: tf.Tensor3D, k: tf.Tensor3D, scale: number): tf.Tensor3D {
  const [kvHeads, groupRows] = q.shape;
  const length = k.shape[1];
  const scores = tf.reshape(tf.mul(matMulNT(q, k), scale), [-1, length, length]);
  return tf.reshape(tf.softmax(tf.add(scores, causalMask(length))), [kvHeads, groupRows, length]);
}

// -1e9 swallows any score in float32 and its exponential is exactly 0.
function causalMask(length: number): tf.Tensor3D {
  const mask = new Float32Array(length * length);
  for (let i = 0; i < length; i++) mask.fill(-1e9, i * length + i + 1, (i + 1) * length);
  return tf.tensor3d(mask, [1, length, length]);
}
