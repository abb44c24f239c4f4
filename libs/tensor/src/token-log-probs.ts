import * as tf from '@tensorflow/tfjs';
import { checkIndices } from './check-indices.ts';
import { differentiable, isRecording } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';
import { matMulNT, matMulTN } from './matmul.ts';

// The composite holds a few arrays of this many logits at a time (16 MB each), whatever N is.
const LOGITS_PER_BLOCK = 4 * 1024 * 1024;

/**
 * Log-probabilities of target tokens: hidden [N,D], weight [V,D], targets int32 [N] -> log softmax(hidden weight^T)[n, targets[n]], [N].
 * Logits of all tokens never exist at once. Gradients for hidden and weight.
 * @throws if a target is outside 0..V-1: rows without a target are left out or multiplied by 0 by the caller
 */
export function tokenLogProbs(hidden: tf.Tensor2D, weight: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const fused = hasKernel('TokenLogProbs');
  // One pass over the vocabulary instead of two; a pass that is not recorded does not pay for it.
  const with_dhidden = isRecording();
  return differentiable<tf.Tensor1D, 'hidden' | 'weight' | 'targets'>({
    inputs: { hidden, weight, targets },
    save: ['hidden', 'weight', 'targets'],
    forward: () => {
      if (fused) {
        const outputs = runFused('TokenLogProbs', { hidden, weight, targets }, { with_dhidden });
        return outputs as [tf.Tensor, ...tf.Tensor[]];
      }
      checkIndices('targets', targets, weight.shape[0]);
      return compositeForward(hidden, weight, targets);
    },
    gradients: (dy, saved, needs) => {
      const [shidden, sweight, stargets, unit] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
      const inputs = { hidden: shidden, weight: sweight, targets: stargets, dy: dy as tf.Tensor1D };
      const [needs_hidden, needs_weight] = [needs('hidden'), needs('weight')];
      if (!fused) return compositeGradients(inputs, needs_hidden, needs_weight);
      return {
        hidden: needs_hidden ? runFused('ScaleRows', { x: unit, by: inputs.dy }, {})[0] : undefined,
        weight: needs_weight
          ? runFused('TokenLogProbsGrad', inputs, { needs_hidden: false, needs_weight })[0]
          : undefined,
      };
    },
  });
}

function compositeForward(hidden: tf.Tensor2D, weight: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const vocab = weight.shape[0];
  const parts = rowBlocks(hidden.shape[0], vocab).map(([start, count]) =>
    tf.tidy(() => {
      const logits = matMulNT(tf.slice(hidden, [start, 0], [count, -1]), weight);
      const chosen = tf.add(tf.range(0, count * vocab, vocab, 'int32'), tf.slice(targets, start, count)) as tf.Tensor1D;
      return tf.sub(tf.gather(tf.reshape(logits, [-1]), chosen), logNormaliser(logits)) as tf.Tensor1D;
    }),
  );
  return parts.length === 1 ? parts[0]! : tf.concat(parts);
}

function compositeGradients(
  { hidden, weight, targets, dy }: { hidden: tf.Tensor2D; weight: tf.Tensor2D; targets: tf.Tensor1D; dy: tf.Tensor1D },
  needsHidden: boolean,
  needsWeight: boolean,
): { hidden?: tf.Tensor; weight?: tf.Tensor } {
  const vocab = weight.shape[0];
  const targetIds = targets.dataSync();
  const dhidden: tf.Tensor2D[] = [];
  let dweight: tf.Tensor | undefined;
  for (const [start, count] of rowBlocks(hidden.shape[0], vocab)) {
    const part = tf.tidy(() => {
      const rows: tf.Tensor2D = tf.slice(hidden, [start, 0], [count, -1]);
      const logits = matMulNT(rows, weight);
      const probabilities = tf.exp(tf.sub(logits, tf.expandDims(logNormaliser(logits), 1)));
      const target = oneHot(targetIds.subarray(start, start + count), vocab);
      const g = tf.mul(tf.sub(target, probabilities), tf.expandDims(tf.slice(dy, start, count), 1)) as tf.Tensor2D;
      const gradients: { hidden?: tf.Tensor2D; weight?: tf.Tensor } = {};
      if (needsHidden) gradients.hidden = tf.matMul<tf.Tensor2D>(g, weight);
      if (needsWeight) {
        const own: tf.Tensor2D = matMulTN(g, rows);
        gradients.weight = dweight === undefined ? own : tf.add(dweight, own);
      }
      return gradients;
    });
    if (part.hidden !== undefined) dhidden.push(part.hidden);
    if (part.weight !== undefined) {
      dweight?.dispose();
      dweight = part.weight;
    }
  }
  return { hidden: needsHidden ? tf.concat(dhidden, 0) : undefined, weight: dweight };
}

function rowBlocks(rows: number, vocab: number): [start: number, count: number][] {
  const size = Math.max(1, Math.floor(LOGITS_PER_BLOCK / vocab));
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => [i * size, Math.min(size, rows - i * size)]);
}

// tf.oneHot with dtype float32 writes integers on the wasm backend of tfjs 4.22.
function oneHot(ids: Int32Array | Float32Array | Uint8Array, vocab: number): tf.Tensor2D {
  const ones = new Float32Array(ids.length * vocab);
  for (let n = 0; n < ids.length; n++) ones[n * vocab + ids[n]!] = 1;
  return tf.tensor2d(ones, [ids.length, vocab]);
}

function logNormaliser(logits: tf.Tensor2D): tf.Tensor1D {
  const peak = tf.max(logits, 1, true);
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(logits, peak)), 1)), tf.squeeze(peak, [1]));
}
