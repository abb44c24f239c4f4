import { ItoolError } from '@itool/record';
import * as tf from '@tensorflow/tfjs';
import { withNeededInputs } from './differentiable.ts';
import { engineInternals, type TapeNode } from './engine-internals.ts';

/**
 * Value of a scalar function and its gradients for named tensors. Replaces tf.variableGrads, which keeps every saved tensor and every
 * gradient until the end: here each tape node's saved tensors and incoming gradients are freed as soon as the node is done, and an
 * exception in either direction leaves no tensor and no open tape behind. May be called inside a gradient function (recomputation).
 *
 * @param f synchronous; must not await and must use the params' tensors directly
 * @param params leaf tensors by name; a name on which the value does not depend gets no entry in grads
 * @returns value and grads, owned by the caller (or by the surrounding tidy)
 * @throws ItoolError if f does not return a scalar; Error if an operation on the way has no gradient
 */
export function valueAndGrads(
  f: () => tf.Scalar,
  params: Record<string, tf.Tensor>,
): { value: tf.Scalar; grads: Record<string, tf.Tensor> } {
  return recordAndWalk(f, params, (value) => {
    checkScalar(value);
    return tf.onesLike(value);
  });
}

/**
 * Gradients of sum(dy * f()) for named tensors, as valueAndGrads gives them; for gradient functions that compute f again.
 * @param dy shaped like f()
 */
export function pullBack(
  f: () => tf.Tensor,
  params: Record<string, tf.Tensor>,
  dy: tf.Tensor,
): Record<string, tf.Tensor> {
  const { value, grads } = recordAndWalk(f, params, () => tf.clone(dy));
  value.dispose();
  return grads;
}

function recordAndWalk<T extends tf.Tensor>(
  f: () => T,
  params: Record<string, tf.Tensor>,
  rootGradient: (value: T) => tf.Tensor,
): { value: T; grads: Record<string, tf.Tensor> } {
  const { state } = engineInternals();
  const outer = { tape: state.activeTape, depth: state.gradientDepth };
  const tape: TapeNode[] = [];
  let value: T | undefined;
  try {
    state.activeTape = tape;
    state.gradientDepth = 1;
    value = tf.tidy(f);
    state.gradientDepth = 0;
    const root = value;
    const grads = tf.tidy(() => walkBackward(tape, root, rootGradient(root), params));
    return { value, grads };
  } catch (error) {
    if (value instanceof tf.Tensor && !Object.values(params).includes(value)) value.dispose();
    throw error;
  } finally {
    for (const node of tape) disposeAll(node.saved);
    state.activeTape = outer.tape;
    state.gradientDepth = outer.depth;
  }
}

function checkScalar(value: unknown): asserts value is tf.Scalar {
  if (value instanceof tf.Tensor && value.rank === 0 && value.dtype === 'float32') return;
  const found = value instanceof tf.Tensor ? `${value.dtype} [${value.shape}]` : typeof value;
  throw new ItoolError({
    code: 'internal',
    message: `tensor: valueAndGrads needs a float32 scalar: ${found} (reduce the loss, and do not use an async function)`,
  });
}

function walkBackward(
  tape: TapeNode[],
  root: tf.Tensor,
  rootGradient: tf.Tensor,
  params: Record<string, tf.Tensor>,
): Record<string, tf.Tensor> {
  const dependent = dependentTensors(tape, params);
  const gradients = new Map<number, tf.Tensor>();
  if (dependent.has(root.id)) gradients.set(root.id, rootGradient);
  for (let node = tape.pop(); node !== undefined; node = tape.pop()) {
    try {
      backpropagate(node, dependent, gradients);
    } finally {
      disposeAll(node.saved);
    }
  }
  const grads: Record<string, tf.Tensor> = {};
  const given = new Set<tf.Tensor>();
  for (const [name, param] of Object.entries(params)) {
    const gradient = gradients.get(param.id);
    if (gradient === undefined) continue;
    grads[name] = given.has(gradient) ? tf.clone(gradient) : gradient;
    given.add(gradient);
  }
  return grads;
}

/** Ids of all tensors that are computed from a parameter, the parameters included. */
function dependentTensors(tape: TapeNode[], params: Record<string, tf.Tensor>): Set<number> {
  const dependent = new Set(Object.values(params).map((param) => param.id));
  for (const node of tape) {
    if (Object.values(node.inputs).some((input) => dependent.has(input.id))) {
      for (const output of node.outputs) dependent.add(output.id);
    }
  }
  return dependent;
}

function backpropagate(node: TapeNode, dependent: Set<number>, gradients: Map<number, tf.Tensor>): void {
  const dys = node.outputs.map((output) => gradients.get(output.id) ?? null);
  const inputs = Object.entries(node.inputs).filter(([, input]) => dependent.has(input.id));
  if (inputs.length === 0 || dys.every((dy) => dy === null)) return;
  const { gradient } = node;
  if (gradient === undefined) throw new Error(`tensor: operation without a gradient: ${node.kernelName}`);
  const dxs = tf.tidy(() =>
    withNeededInputs(new Set(inputs.map(([name]) => name)), () => {
      const byName = gradient(dys);
      // A gradient function may hand back dy, a saved tensor or one tensor twice; each is freed on its own below.
      const taken = new Set<tf.Tensor | null>([...dys, ...node.saved]);
      return inputs.map(([name, input]) => {
        const dx = byName[name]?.();
        if (dx === undefined) throw new Error(`tensor: ${node.kernelName} has no gradient for its input ${name}`);
        if (dx.dtype !== 'float32' || !tf.util.arraysEqual(dx.shape, input.shape)) {
          throw new Error(
            `tensor: gradient of ${node.kernelName}.${name} does not fit: ${dx.dtype} [${dx.shape}] (float32 [${input.shape}])`,
          );
        }
        const own = taken.has(dx) ? tf.clone(dx) : dx;
        taken.add(own);
        return own;
      });
    }),
  );
  for (const [i, dy] of dys.entries()) {
    dy?.dispose();
    gradients.delete(node.outputs[i]!.id);
  }
  for (const [i, [, input]] of inputs.entries()) {
    const dx = dxs[i]!;
    const sum = gradients.get(input.id);
    gradients.set(input.id, sum === undefined ? dx : tf.add(sum, dx));
    if (sum !== undefined) {
      sum.dispose();
      dx.dispose();
    }
  }
}

function disposeAll(tensors: tf.Tensor[]): void {
  for (const tensor of tensors) tensor.dispose();
}
