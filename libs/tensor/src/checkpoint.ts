import type * as tf from '@tensorflow/tfjs';
import { differentiable } from './differentiable.ts';
import { pullBack } from './value-and-grads.ts';

/**
 * Gradient checkpointing (Chen et al. 2016): f(x) of which only x is kept for the gradient; f runs again there. Memory of f's inside is
 * needed for one checkpoint at a time, at the price of a second forward. Values and gradients have the same bits as without it.
 *
 * @param f synchronous, gives the same result each time, and reads no tensor but x, `params` and those that live as long as the gradient is open
 * @param params tensors inside f that may need a gradient, by names other than `x`; they must live until the gradient is computed
 */
export function checkpoint<T extends tf.Tensor>(f: (x: T) => T, x: T, params: Readonly<Record<string, tf.Tensor>>): T {
  return differentiable<T, string>({
    inputs: { ...params, x },
    save: ['x'],
    forward: () => f(x),
    gradients: (dy, saved, needs) => {
      const again = saved[0] as T;
      const wanted = Object.entries({ ...params, x: again }).filter(([name]) => needs(name));
      return pullBack(() => f(again), Object.fromEntries(wanted), dy);
    },
  });
}
