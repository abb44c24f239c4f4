import type * as tf from '@tensorflow/tfjs';
import { engineInternals } from './engine-internals.ts';

/** Whether operations are recorded for gradients right now. */
export function isRecording(): boolean {
  const { state } = engineInternals();
  return state.activeTape != null && state.gradientDepth > 0 && state.kernelDepth === 0;
}

let neededInputs: ReadonlySet<string> | null = null;

/** Runs a tape node's gradient function while telling it which inputs lead to a parameter; the executor is the only caller. */
export function withNeededInputs<T>(names: ReadonlySet<string>, run: () => T): T {
  const previous = neededInputs;
  neededInputs = names;
  try {
    return run();
  } finally {
    neededInputs = previous;
  }
}

/**
 * One differentiable node on the tfjs tape with a gradient of its own; the tensors inside `forward` are not taped.
 * Unlike tf.customGrad, inputs carry names and `gradients` hears which of them are needed, so that a frozen weight costs nothing; several
 * gradients come from one call. Under plain tf.grads nothing is known about needs and everything is computed, once per input.
 *
 * @param options.inputs float32 inputs that may receive a gradient, and others (never undefined: leave optional ones out)
 * @param options.save inputs that `gradients` reads; with `saveOutput` the output follows as the last saved tensor
 * @param options.gradients returns a gradient for each needed name, shaped like that input; others are ignored
 */
export function differentiable<T extends tf.Tensor, N extends string>(options: {
  inputs: Partial<Record<N, tf.Tensor>>;
  save: readonly N[];
  saveOutput?: boolean;
  /** the output, or the output and further tensors that only `gradients` reads: they follow as the last saved ones */
  forward: () => tf.Tensor | [output: tf.Tensor, ...rest: tf.Tensor[]];
  gradients: (
    dy: tf.Tensor,
    saved: tf.Tensor[],
    needs: (name: NoInfer<N>) => boolean,
  ) => Partial<Record<NoInfer<N>, tf.Tensor | undefined>>;
}): T {
  const inputs = options.inputs as Record<string, tf.Tensor>;
  const output = engineInternals().runKernelFunc({
    inputs,
    forwardFunc: (_backend, save) => {
      const outputs = options.forward();
      const [value, ...rest] = Array.isArray(outputs) ? outputs : [outputs];
      const saved = options.save.map((name) => inputs[name]!);
      save([...saved, ...(options.saveOutput ? [value] : []), ...rest]);
      return value;
    },
    backwardsFunc: (dy, saved) => {
      const needed = neededInputs ?? new Set(Object.keys(inputs));
      let computed: Record<string, tf.Tensor | undefined> | null = null;
      const gradientOf = (name: string) => () => {
        // tf.grads wraps each input's gradient in its own tidy, which disposes the gradients of the other inputs.
        if (computed === null || computed[name]?.isDisposed !== false) {
          computed = options.gradients(dy, saved, (asked) => needed.has(asked)) as Record<string, tf.Tensor>;
        }
        const gradient = computed[name];
        if (gradient === undefined) throw new Error(`tensor: no gradient is defined for this input: ${name}`);
        return gradient;
      };
      return Object.fromEntries(Object.keys(inputs).map((name) => [name, gradientOf(name)]));
    },
  });
  return output as T;
}
