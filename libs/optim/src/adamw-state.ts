import { tf } from '@itool/tensor';

/** Where the moments of a parameter lie in the flat buffers; `step` counts its updates (without a gradient it sits a step out, as in torch). */
export interface MomentSpan {
  offset: number;
  shape: number[];
  step: number;
}

/** Optimizer state: both moments of all parameters in one float32 buffer each; empty before the first step. */
export interface AdamWState {
  spans: Record<string, MomentSpan>;
  buffers: { m: tf.Variable; v: tf.Variable } | null;
}

/** The state as plain data, for a checkpoint; arrays are copies. */
export interface SavedAdamWState {
  spans: Record<string, MomentSpan>;
  m: Float32Array;
  v: Float32Array;
}

export function createAdamWState(): AdamWState {
  return { spans: {}, buffers: null };
}

/** Buffers with room for all of `params`; those that come later than the first step extend them. */
export function momentBuffers(
  state: AdamWState,
  params: Readonly<Record<string, tf.Variable>>,
): { m: tf.Variable; v: tf.Variable } {
  const missing = Object.entries(params).filter(([name]) => state.spans[name] === undefined);
  if (state.buffers !== null && missing.length === 0) return state.buffers;
  let total = state.buffers?.m.size ?? 0;
  for (const [name, { shape, size }] of missing) {
    state.spans[name] = { offset: total, shape: [...shape], step: 0 };
    total += size;
  }
  const extended = (old: tf.Variable | undefined) => {
    const values = new Float32Array(total);
    if (old !== undefined) values.set(old.dataSync());
    old?.dispose();
    return flatVariable(values);
  };
  state.buffers = { m: extended(state.buffers?.m), v: extended(state.buffers?.v) };
  return state.buffers;
}

export function saveAdamWState(state: AdamWState): SavedAdamWState {
  const copyOf = (buffer: tf.Variable | undefined) => Float32Array.from(buffer?.dataSync() ?? []);
  return { spans: structuredClone(state.spans), m: copyOf(state.buffers?.m), v: copyOf(state.buffers?.v) };
}

/** Continues exactly where saveAdamWState left off; the saved arrays are copied. */
export function restoreAdamWState({ spans, m, v }: SavedAdamWState): AdamWState {
  if (m.length === 0) return createAdamWState();
  return { spans: structuredClone(spans), buffers: { m: flatVariable(m.slice()), v: flatVariable(v.slice()) } };
}

export function disposeAdamWState(state: AdamWState): void {
  if (state.buffers !== null) tf.dispose([state.buffers.m, state.buffers.v]);
  state.buffers = null;
  state.spans = {};
}

/** A variable that owns `values`; tidy does not dispose it. */
function flatVariable(values: Float32Array): tf.Variable {
  const initial = tf.tensor1d(values);
  const variable = tf.variable(initial, false);
  initial.dispose();
  return variable;
}
