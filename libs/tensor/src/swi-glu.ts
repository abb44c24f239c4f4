import * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { hasKernel, runFused } from './fused-kernel.ts';

/** gate and up [N,F] -> silu(gate) * up, silu(z) = z sigmoid(z). */
export function swiGlu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  const fused = hasKernel('SwiGlu');
  return differentiable<tf.Tensor2D, 'gate' | 'up'>({
    inputs: { gate, up },
    save: ['gate', 'up'],
    forward: () => (fused ? runFused('SwiGlu', { gate, up }, {})[0]! : tf.mul(tf.mul(gate, tf.sigmoid(gate)), up)),
    gradients: (dy, saved) => {
      const [g, u] = saved as [tf.Tensor2D, tf.Tensor2D];
      if (fused) {
        const [dgate, dup] = runFused('SwiGluGrad', { gate: g, up: u, dy: dy as tf.Tensor2D }, {});
        return { gate: dgate, up: dup };
      }
      const sigmoid = tf.sigmoid(g);
      const silu = tf.mul(g, sigmoid);
      // silu'(z) = s + z s (1-s) = s + silu - silu s
      const slope = tf.sub(tf.add(sigmoid, silu), tf.mul(silu, sigmoid));
      return { gate: tf.mul(tf.mul(dy, u), slope), up: tf.mul(dy, silu) };
    },
  });
}
