import { tf } from '@itool/tensor';

/** Moments of one parameter; `step` counts the updates it had (a parameter without a gradient sits a step out, as in torch). */
export interface AdamWMoments {
  step: number;
  m: tf.Variable;
  v: tf.Variable;
}

/** Optimizer state by parameter name; a parameter enters with its first gradient. */
export interface AdamWState {
  moments: Record<string, AdamWMoments>;
}

/** The state as plain data, for a checkpoint; arrays are copies in the parameter's element order. */
export interface SavedAdamWState {
  moments: Record<string, { step: number; shape: number[]; m: Float32Array; v: Float32Array }>;
}

export function createAdamWState(): AdamWState {
  return { moments: {} };
}

export function saveAdamWState(state: AdamWState): SavedAdamWState {
  const moments: SavedAdamWState['moments'] = {};
  for (const [name, { step, m, v }] of Object.entries(state.moments)) {
    moments[name] = { step, shape: m.shape, m: copyOf(m), v: copyOf(v) };
  }
  return { moments };
}

/** Continues exactly where saveAdamWState left off; the saved arrays are copied. */
export function restoreAdamWState(saved: SavedAdamWState): AdamWState {
  const moments: AdamWState['moments'] = {};
  for (const [name, { step, shape, m, v }] of Object.entries(saved.moments)) {
    moments[name] = { step, m: momentVariable(m.slice(), shape), v: momentVariable(v.slice(), shape) };
  }
  return { moments };
}

export function disposeAdamWState(state: AdamWState): void {
  for (const { m, v } of Object.values(state.moments)) tf.dispose([m, v]);
  state.moments = {};
}

/** A variable that owns `values`; tidy does not dispose it. */
export function momentVariable(values: Float32Array, shape: number[]): tf.Variable {
  const initial = tf.tensor(values, shape);
  const variable = tf.variable(initial, false);
  initial.dispose();
  return variable;
}

// dataSync may return the backend's own buffer, which the next update overwrites.
function copyOf(tensor: tf.Tensor): Float32Array {
  return Float32Array.from(tensor.dataSync());
}
