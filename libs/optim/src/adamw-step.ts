import { ItoolError } from '@itool/record';
import { hasKernel, runFused, sumSquares, tf } from '@itool/tensor';
import { type AdamWState, momentBuffers } from './adamw-state.ts';

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
  for (const name of Object.keys(grads)) {
    if (params[name] === undefined) {
      throw new ItoolError({ code: 'internal', message: `optim: gradient without a parameter: ${name}` });
    }
  }
  if (Object.keys(grads).length === 0) return 0;
  const step = hasKernel('AdamW') ? fusedStep : compositeStep;
  const gradNorm = step(state, params, grads, options);
  if (!Number.isFinite(gradNorm)) {
    throw new ItoolError({
      code: 'bad_data',
      message: `optim: gradient norm is not finite: ${gradNorm}`,
      hint: 'lower learning_rate, or look at the loss and the rows of this step',
    });
  }
  for (const name of Object.keys(grads)) state.spans[name]!.step++;
  return gradNorm;
}

type Step = typeof adamwStep;

const fusedStep: Step = (state, params, grads, { learning_rate, beta1, beta2, eps, weight_decay, max_grad_norm }) => {
  const buffers = momentBuffers(state, params);
  const names = Object.keys(grads);
  const spans = names.map((name) => state.spans[name]!);
  const inputs: { m: tf.Tensor; v: tf.Tensor; [paramOrGrad: string]: tf.Tensor } = { ...buffers };
  for (const [i, name] of names.entries()) {
    inputs[`param${i}`] = params[name]!;
    inputs[`grad${i}`] = grads[name]!;
  }
  const [norm] = runFused('AdamW', inputs, {
    offsets: spans.map(({ offset }) => offset),
    learning_rate,
    beta1,
    beta2,
    eps,
    weight_decay,
    bias_corrections1: spans.map(({ step }) => 1 - integerPower(beta1, step + 1)),
    bias_corrections2: spans.map(({ step }) => 1 - integerPower(beta2, step + 1)),
    max_grad_norm,
  });
  const value = norm!.dataSync()[0]!;
  norm!.dispose();
  return value;
};

const compositeStep: Step = (state, params, grads, options) => {
  const norm = globalNorm(grads);
  if (!Number.isFinite(norm)) return norm;
  // The 1e-6 is torch's.
  const grad_scale = Math.min(1, options.max_grad_norm / (norm + 1e-6));
  const { m, v } = momentBuffers(state, params);
  tf.tidy(() => {
    const updated = Object.entries(state.spans).map(([name, { offset, shape, step }]) => {
      const size = tf.util.sizeFromShape(shape);
      const [oldM, oldV] = [m, v].map((buffer) => tf.slice1d(buffer as tf.Tensor as tf.Tensor1D, offset, size));
      const grad = grads[name];
      if (grad === undefined) return [oldM!, oldV!];
      const { learning_rate, beta1, beta2, eps, weight_decay } = options;
      const g = tf.mul(tf.reshape(grad, [size]), grad_scale);
      const newM = tf.add(tf.mul(oldM!, beta1), tf.mul(g, 1 - beta1));
      const newV = tf.add(tf.mul(oldV!, beta2), tf.mul(tf.square(g), 1 - beta2));
      const root = Math.sqrt(1 - integerPower(beta2, step + 1));
      const change = tf.mul(
        tf.div(newM, tf.add(tf.div(tf.sqrt(newV), root), eps)),
        learning_rate / (1 - integerPower(beta1, step + 1)),
      );
      const param = params[name]!;
      param.assign(tf.sub(tf.mul(param, 1 - learning_rate * weight_decay), tf.reshape(change, shape)));
      return [newM, newV];
    });
    m.assign(tf.concat(updated.map((pair) => pair[0]!)));
    v.assign(tf.concat(updated.map((pair) => pair[1]!)));
  });
  return norm;
};

/** L2 norm over all gradients; summed in float64 in the order of the record. One read-back. */
function globalNorm(grads: Record<string, tf.Tensor>): number {
  const squares = tf.tidy(() => tf.stack(Object.values(grads).map(sumSquares)).dataSync());
  let total = 0;
  for (const square of squares) total += square;
  return Math.sqrt(total);
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
