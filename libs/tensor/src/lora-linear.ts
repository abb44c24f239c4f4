import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';
import { matMulNT, matMulTN } from './matmul.ts';

export interface LoraLinearOptions {
  /** lora_alpha / r */
  scale: number;
  /** [O], frozen */
  bias?: tf.Tensor1D;
}

/**
 * Linear layer with a low-rank adapter (LoRA): x [N,K], weight [O,K], lora_a [r,K], lora_b [O,r] ->
 * x weight^T + bias + scale (x lora_a^T) lora_b^T. weight and bias are frozen: they have no gradient, asking for one is an error.
 */
export function loraLinear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  lora_a: tf.Tensor2D,
  lora_b: tf.Tensor2D,
  { scale, bias }: LoraLinearOptions,
): tf.Tensor2D {
  const fused = hasKernel('LoraLinear');
  const tensors = { x, weight, lora_a, lora_b };
  const inputs = bias === undefined ? tensors : { ...tensors, bias };
  return differentiable<tf.Tensor2D, 'x' | 'weight' | 'lora_a' | 'lora_b' | 'bias'>({
    inputs,
    save: ['x', 'weight', 'lora_a', 'lora_b'],
    forward: () => {
      if (fused) return runFused('LoraLinear', inputs, { scale }) as [tf.Tensor, tf.Tensor];
      const adapted = tf.mul(matMulNT(matMulNT(x, lora_a), lora_b), scale);
      const sum = tf.add(matMulNT(x, weight), adapted);
      return bias === undefined ? sum : tf.add(sum, bias);
    },
    gradients: (dy2, saved, needs) => {
      const dy = dy2 as tf.Tensor2D;
      const [sx, sweight, sa, sb, low] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const needs_x = needs('x');
      const needs_lora = needs('lora_a') || needs('lora_b');
      if (fused) {
        const outputs = runFused(
          'LoraLinearGrad',
          { x: sx, weight: sweight, lora_a: sa, lora_b: sb, low, dy },
          { scale, needs_x, needs_lora },
        );
        const dx = needs_x ? outputs.shift() : undefined;
        return { x: dx, lora_a: outputs[0], lora_b: outputs[1] };
      }
      const inner = tf.mul(tf.matMul(dy, sb), scale) as tf.Tensor2D;
      return {
        x: needs_x ? tf.add(tf.matMul(dy, sweight), tf.matMul(inner, sa)) : undefined,
        lora_a: needs_lora ? matMulTN(inner, sx) : undefined,
        lora_b: needs_lora ? tf.mul(matMulTN(dy, matMulNT(sx, sa)), scale) : undefined,
      };
    },
  });
}
