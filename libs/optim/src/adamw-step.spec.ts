import { type BackendName, tf, useBackend } from '@itool/tensor';
import { createAdamWState, disposeAdamWState, restoreAdamWState, saveAdamWState } from './adamw-state.ts';
import { adamwStep } from './adamw-step.ts';

const options = {
  learning_rate: 0.1,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weight_decay: 0.01,
  max_grad_norm: Number.POSITIVE_INFINITY,
};

/** AdamW in float64, as torch.optim.AdamW writes it, without clipping. */
function referenceUpdates(start: number[], gradients: number[][]): number[] {
  const p = [...start];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  gradients.forEach((g, t) => {
    p.forEach((_, i) => {
      p[i]! *= 1 - options.learning_rate * options.weight_decay;
      m[i] = options.beta1 * m[i]! + (1 - options.beta1) * g[i]!;
      v[i] = options.beta2 * v[i]! + (1 - options.beta2) * g[i]! * g[i]!;
      const mHat = m[i]! / (1 - Math.exp((t + 1) * Math.log(options.beta1)));
      const vHat = v[i]! / (1 - Math.exp((t + 1) * Math.log(options.beta2)));
      p[i]! -= (options.learning_rate * mHat) / (Math.sqrt(vHat) + options.eps);
    });
  });
  return p;
}

const variable = (values: number[]) => tf.variable(tf.tensor1d(values));
const gradientsOf = (steps: number) =>
  Array.from({ length: steps }, (_, t) => [Math.sin(t + 1), Math.cos(3 * t), 0.001 * (t + 1)]);

async function loadedBackends(): Promise<BackendName[]> {
  const { skipped } = await useBackend('auto');
  return (['native', 'wasm', 'cpu'] as const).filter((name) => skipped.every((other) => other.name !== name));
}

describe('adamwStep', () => {
  it('follows torch on every backend that loads', async () => {
    for (const backend of await loadedBackends()) {
      await useBackend(backend);
      const params = { w: variable([0.5, -1, 2]) };
      const state = createAdamWState();
      const gradients = gradientsOf(12);
      for (const gradient of gradients) adamwStep(state, params, { w: tf.tensor1d(gradient) }, options);
      const expected = referenceUpdates([0.5, -1, 2], gradients);
      const found = [...params.w.dataSync()];
      for (const [i, value] of expected.entries()) expect(Math.abs(found[i]! - value)).toBeLessThan(2e-6);
    }
  });

  it.each(['native', 'cpu'] as const)('clips, and takes parameters that come later, on %s', async (backend) => {
    if (!(await loadedBackends()).includes(backend)) return;
    await useBackend(backend);
    const state = createAdamWState();
    const params: Record<string, tf.Variable> = { a: variable([1, 2, 3]) };
    const gradients = [0.3, -0.4, 1.2]; // norm 1.3
    adamwStep(state, params, { a: tf.tensor1d(gradients) }, { ...options, max_grad_norm: 0.65 });
    expect([...saveAdamWState(state).m].map((x) => x.toFixed(6))).toEqual(gradients.map((g) => (0.05 * g).toFixed(6)));
    params['b'] = variable([5]);
    const norm = adamwStep(state, params, { b: tf.tensor1d([2]) }, { ...options, weight_decay: 0 });
    expect(norm).toBe(2);
    expect(params['b'].dataSync()[0]).toBeCloseTo(4.9, 6);
    const saved = saveAdamWState(state);
    expect([...saved.m].map((x) => x.toFixed(6))).toEqual([...gradients.map((g) => (0.05 * g).toFixed(6)), '0.200000']);
    expect([saved.spans['a']!.step, saved.spans['b']!.step]).toEqual([1, 1]);
    const before = [...params['a']!.dataSync()];
    expect(() => adamwStep(state, params, { a: tf.tensor1d([Number.NaN, 0, 0]) }, options)).toThrow('not finite');
    expect([...params['a']!.dataSync()]).toEqual(before);
    expect(saveAdamWState(state)).toEqual(saved);
  });

  describe('on cpu', () => {
    beforeEach(async () => {
      await useBackend('cpu');
    });

    it('moves each element by the learning rate in the first step', () => {
      const params = { w: variable([1, 1]) };
      const norm = adamwStep(createAdamWState(), params, { w: tf.tensor1d([3, -4]) }, { ...options, weight_decay: 0 });
      expect(norm).toBe(5);
      expect([...params.w.dataSync()].map((value) => value.toFixed(6))).toEqual(['0.900000', '1.100000']);
    });

    it('clips by the global norm over all parameters', () => {
      const params = { a: variable([0]), b: variable([0]) };
      const state = createAdamWState();
      const grads = { a: tf.tensor1d([3]), b: tf.tensor1d([4]) };
      expect(adamwStep(state, params, grads, { ...options, max_grad_norm: 1 })).toBe(5);
      const { m, spans } = saveAdamWState(state);
      expect([spans['a']!.offset, spans['b']!.offset]).toEqual([0, 1]);
      expect(m[0]).toBeCloseTo(0.1 * 0.6, 6);
      expect(m[1]).toBeCloseTo(0.1 * 0.8, 6);
    });

    it('leaves a parameter without a gradient alone', () => {
      const params = { a: variable([1]), b: variable([1]) };
      const state = createAdamWState();
      adamwStep(state, params, { a: tf.tensor1d([1]) }, options);
      expect(params.b.dataSync()[0]).toBe(1);
      adamwStep(state, params, { a: tf.tensor1d([1]), b: tf.tensor1d([1]) }, options);
      expect([state.spans['a']!.step, state.spans['b']!.step]).toEqual([2, 1]);
    });

    it('continues bit for bit from a saved state', () => {
      const gradients = gradientsOf(6);
      const run = (params: Record<string, tf.Variable>, state = createAdamWState(), from = 0, to = 6) => {
        for (const gradient of gradients.slice(from, to))
          adamwStep(state, params, { w: tf.tensor1d(gradient) }, options);
        return state;
      };
      const whole = { w: variable([1, 2, 3]) };
      run(whole);
      const parts = { w: variable([1, 2, 3]) };
      const saved = saveAdamWState(run(parts, createAdamWState(), 0, 3));
      run(parts, restoreAdamWState(saved), 3, 6);
      expect(parts.w.dataSync()).toEqual(whole.w.dataSync());
    });

    it('changes nothing when a gradient is not finite', () => {
      const params = { w: variable([1, 2]) };
      const state = createAdamWState();
      expect(() => adamwStep(state, params, { w: tf.tensor1d([1, Number.NaN]) }, options)).toThrow(
        'optim: gradient norm is not finite: NaN',
      );
      expect([...params.w.dataSync()]).toEqual([1, 2]);
      expect(state).toEqual(createAdamWState());
    });

    it('leaks no tensor', () => {
      const params = { w: variable([1, 2]) };
      const before = tf.memory().numTensors;
      const state = createAdamWState();
      const grads = { w: tf.tensor1d([1, 2]) };
      for (let i = 0; i < 5; i++) adamwStep(state, params, grads, options);
      expect(tf.memory().numTensors).toBe(before + 3); // the gradient and two buffers
      disposeAdamWState(state);
      grads.w.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});
