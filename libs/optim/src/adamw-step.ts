import { ItoolError } from '@itool/record';
import { hasKernel, runFused, sumSquares, tf } from '@itool/tensor';
import { type AdamWState, momentVariable } from './adamw-state.ts';

export interface AdamWOptions {
  learning_rate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
  /** gradients of a larger global norm are scaled down to it; Infinity for never */
  max_grad_norm: number;
}

/**
 * One AdamW update with decoupled weight decay (Loshchilov and Hutter 2019; the arithmetic of torch.optim.AdamW) after clipping the global
 * gradient norm (torch.nn.utils.clip_grad_norm_). Changes params and state; gradients stay the caller's.
 * A backend with the kernel 'AdamW' writes parameters and moments in place: a param must own its memory, that is not be a tf.clone or
 * reshape of a tensor in use elsewhere, nor made from a typed array that someone else reads.
 *
 * @param params variables by name
 * @param grads gradients by the same names; a parameter without one is left alone, weight decay included
 * @returns grad_norm: the global L2 norm before clipping
 * @throws ItoolError before anything changes if the norm is not finite or a gradient has no parameter
 */
export function adamwStep(
  state: AdamWState,
  params: Record<string, tf.Variable>,
  grads: Record<string, tf.Tensor>,
  options: AdamWOptions,
): number {
  const gradNorm = globalNorm(grads);
  for (const name of Object.keys(grads)) {
    if (params[name] === undefined) {
      throw new ItoolError({ code: 'internal', message: `optim: gradient without a parameter: ${name}` });
    }
  }
  if (!Number.isFinite(gradNorm)) {
    throw new ItoolError({
      code: 'bad_data',
      message: `optim: gradient norm is not finite: ${gradNorm}`,
      hint: 'lower learning_rate, or look at the loss and the rows of this step',
    });
  }
  // The 1e-6 is torch's.
  const grad_scale = Math.min(1, options.max_grad_norm / (gradNorm + 1e-6));
  for (const [name, grad] of Object.entries(grads)) {
    update(state, name, params[name]!, grad, options, grad_scale);
  }
  return gradNorm;
}

/** L2 norm over all gradients; summed in float64 in the order of the record. One read-back. */
function globalNorm(grads: Record<string, tf.Tensor>): number {
  const tensors = Object.values(grads);
  if (tensors.length === 0) return 0;
  const squares = tf.tidy(() => tf.stack(tensors.map(sumSquares)).dataSync());
  let total = 0;
  for (const square of squares) total += square;
  return Math.sqrt(total);
}

function update(
  state: AdamWState,
  name: string,
  param: tf.Variable,
  grad: tf.Tensor,
  { learning_rate, beta1, beta2, eps, weight_decay }: AdamWOptions,
  grad_scale: number,
): void {
  state.moments[name] ??= {
    step: 0,
    m: momentVariable(new Float32Array(param.size), param.shape),
    v: momentVariable(new Float32Array(param.size), param.shape),
  };
  const moments = state.moments[name];
  moments.step++;
  const { m, v, step } = moments;
  const bias_correction1 = 1 - integerPower(beta1, step);
  const bias_correction2 = 1 - integerPower(beta2, step);
  if (hasKernel('AdamW')) {
    const attrs = { learning_rate, beta1, beta2, eps, weight_decay, bias_correction1, bias_correction2, grad_scale };
    runFused('AdamW', { param, grad, m, v }, attrs);
    return;
  }
  tf.tidy(() => {
    const g = tf.mul(grad, grad_scale);
    m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
    v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
    const denominator = tf.add(tf.div(tf.sqrt(v), Math.sqrt(bias_correction2)), eps);
    const decayed = tf.mul(param, 1 - learning_rate * weight_decay);
    param.assign(tf.sub(decayed, tf.mul(tf.div(m, denominator), learning_rate / bias_correction1)));
  });
}

// By repeated squaring: Math.pow may differ between V8 versions.
function integerPower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
