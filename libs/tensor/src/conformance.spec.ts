import * as tf from '@tensorflow/tfjs';
import { attention } from './attention.ts';
import { embed } from './embed.ts';
import { linear } from './linear.ts';
import { loraLinear } from './lora-linear.ts';
import { registerNativeBackend } from './native/register-native-backend.ts';
import { finiteDifferences } from './reference/finite-differences.ts';
import { cumulativeLengths, type OperationCase, operationCases, smoothValues } from './reference/operation-cases.ts';
import { rmsNorm } from './rms-norm.ts';
import { swiGlu } from './swi-glu.ts';
import { tokenLogProbs } from './token-log-probs.ts';
import { type BackendName, useBackend } from './use-backend.ts';
import { valueAndGrads } from './value-and-grads.ts';

// Largest difference to float64 in units of the largest reference value of the same array (of 0.01 where all are smaller). float32 has an epsilon of 1.2e-7; sums here
// have up to 300 terms. tfjs' wasm exponential (XNNPACK) is good to about 4e-7.
const TOLERANCE = 3e-6;

const native = registerNativeBackend();
const backends: BackendName[] = native.ok ? ['cpu', 'wasm', 'native'] : ['cpu', 'wasm'];
if (!native.ok) console.warn(`conformance: native is not covered: ${native.reason}`);

describe('float64 reference', () => {
  it.each(operationCases().filter(({ shapes }) => elements(shapes) < 2000))(
    'has the gradients of its own finite differences: $name',
    ({ shapes, reference }) => {
      const values = inputValues(shapes);
      const { out, gradients } = reference(values);
      const dy = Float64Array.from(smoothValues(out.length, 99));
      const exact = gradients(dy);
      for (const name of Object.keys(shapes)) {
        const approximate = finiteDifferences(() => reference(values).out, values[name]!, dy);
        expect(relativeError(exact[name]!, approximate)).toBeLessThan(1e-7);
      }
    },
  );
});

describe.each(backends)('backend %s', (backend) => {
  beforeAll(async () => {
    await useBackend(backend);
  });

  it.each(operationCases())('agrees with float64: $name', ({ shapes, operation, reference }) => {
    const values = inputValues(shapes);
    const expected = reference(values);
    const dy = smoothValues(expected.out.length, 99);
    const expectedGradients = expected.gradients(Float64Array.from(dy));
    const tensorsBefore = tf.memory().numTensors;
    tf.tidy(() => {
      const tensors = inputTensors(shapes, values);
      const out = operation(tensors);
      expect(relativeError(out.dataSync(), expected.out)).toBeLessThan(TOLERANCE);
      const { grads } = valueAndGrads(() => weightedSum(operation(tensors), dy), tensors);
      for (const name of Object.keys(shapes)) {
        expect(grads[name]!.shape).toEqual(shapes[name]);
        expect(relativeError(grads[name]!.dataSync(), expectedGradients[name]!)).toBeLessThan(TOLERANCE);
      }
    });
    expect(tf.memory().numTensors).toBe(tensorsBefore);
  });

  it.each(operationCases().filter(({ shapes }) => Object.keys(shapes).length > 1 && elements(shapes) < 2000))(
    'gives the same gradient for one input as for all: $name',
    ({ shapes, operation }) => {
      tf.tidy(() => {
        const tensors = inputTensors(shapes, inputValues(shapes));
        const dy = smoothValues(operation(tensors).size, 99);
        const loss = () => weightedSum(operation(tensors), dy);
        const all = valueAndGrads(loss, tensors).grads;
        for (const [name, tensor] of Object.entries(tensors)) {
          const { grads } = valueAndGrads(loss, { [name]: tensor });
          expect(Object.keys(grads)).toEqual([name]);
          expect(grads[name]!.dataSync()).toEqual(all[name]!.dataSync());
        }
      });
    },
  );

  it('agrees with tf.grads of tfjs itself', () => {
    const { shapes, operation } = operationCases().find(({ name }) => name.startsWith('attention'))!;
    tf.tidy(() => {
      const tensors = inputTensors(shapes, inputValues(shapes));
      const dy = smoothValues(operation(tensors).size, 99);
      const ours = valueAndGrads(() => weightedSum(operation(tensors), dy), tensors).grads;
      const theirs = tf.grads((q, k, v) => weightedSum(operation({ q: q!, k: k!, v: v! }), dy))(Object.values(tensors));
      expect(theirs.map((grad) => grad.dataSync())).toEqual(['q', 'k', 'v'].map((name) => ours[name]!.dataSync()));
    });
  });

  it('refuses ids and targets outside the table', () => {
    const ids = tf.tensor1d([0, 3], 'int32');
    expect(() => embed(ids, tf.ones([3, 2]))).toThrow(/\b3\b/);
    expect(() => tokenLogProbs(tf.ones([2, 2]), tf.ones([3, 2]), ids)).toThrow(/\b3\b/);
  });

  describe('is batch invariant', () => {
    const width = 48;
    const rows = 8;
    const weight = smoothValues(40 * width, 2, 0.5);
    const rowOperations: Record<string, (x: tf.Tensor2D) => tf.Tensor> = {
      linear: (x) => linear(x, tf.tensor2d(weight, [40, width])),
      loraLinear: (x) =>
        loraLinear(
          x,
          tf.tensor2d(weight, [40, width]),
          tf.tensor2d(smoothValues(4 * width, 3), [4, width]),
          tf.tensor2d(smoothValues(40 * 4, 4), [40, 4]),
          { scale: 0.5 },
        ),
      rmsNorm: (x) => rmsNorm(x, tf.tensor1d(smoothValues(width, 5)), 1e-6),
      swiGlu: (x) => swiGlu(x, tf.mul(x, 0.5)),
      tokenLogProbs: (x) => tokenLogProbs(x, tf.tensor2d(weight, [40, width]), tf.fill([x.shape[0]], 7, 'int32')),
    };

    it.each(Object.keys(rowOperations))('%s: a row alone, in a batch of 8 and elsewhere in it', (name) => {
      const operation = rowOperations[name]!;
      const run = (values: Float32Array) =>
        tf.tidy(() => {
          const x = tf.tensor2d(values, [values.length / width, width]);
          const out = operation(x);
          const { grads } = valueAndGrads(() => tf.sum(tf.square(operation(x))) as tf.Scalar, { x });
          return { out: rowsOf(out.dataSync(), x.shape[0]), dx: rowsOf(grads['x']!.dataSync(), x.shape[0]) };
        });
      const values = smoothValues(rows * width, 1);
      const reversed = Float32Array.from(rowsOf(values, rows).reverse().flat());
      const [batch, moved] = [run(values), run(reversed)];
      for (let i = 0; i < rows; i++) {
        const alone = run(values.slice(i * width, (i + 1) * width));
        expect(alone).toEqual({ out: [batch.out[i]], dx: [batch.dx[i]] });
        expect(alone).toEqual({ out: [moved.out[rows - 1 - i]], dx: [moved.dx[rows - 1 - i]] });
      }
    });

    it('attention: a sequence alone, with others and elsewhere in the flat layout', () => {
      const [heads, kvHeads, headDim] = [4, 2, 16];
      const lengths = [7, 1, 12, 3];
      const sequences = lengths.map((length, b) => ({
        length,
        q: smoothValues(length * heads * headDim, b + 1),
        k: smoothValues(length * kvHeads * headDim, b + 11),
        v: smoothValues(length * kvHeads * headDim, b + 21),
      }));
      const run = (order: number[]) =>
        tf.tidy(() => {
          const chosen = order.map((b) => sequences[b]!);
          const cu_seqlens = cumulativeLengths(chosen.map(({ length }) => length));
          const flat = (name: 'q' | 'k' | 'v', count: number) =>
            tf.tensor3d(Float32Array.from(chosen.flatMap((one) => [...one[name]])), [
              cu_seqlens.at(-1)!,
              count,
              headDim,
            ]);
          const tensors = { q: flat('q', heads), k: flat('k', kvHeads), v: flat('v', kvHeads) };
          const operation = () => attention(tensors.q, tensors.k, tensors.v, { cu_seqlens, scale: 0.25 });
          const { grads } = valueAndGrads(() => tf.sum(tf.square(operation())) as tf.Scalar, tensors);
          const all = { out: operation(), ...grads };
          return order.map((_, i) =>
            Object.values(all).map((tensor) => [
              ...tf.slice(tensor, [cu_seqlens[i]!, 0, 0], [chosen[i]!.length, -1, -1]).dataSync(),
            ]),
          );
        });
      const together = run([0, 1, 2, 3]);
      const moved = run([3, 2, 0, 1]);
      for (const b of [0, 1, 2, 3]) expect(run([b])[0]).toEqual(together[b]);
      expect(moved).toEqual([together[3], together[2], together[0], together[1]]);
    });
  });
});

function elements(shapes: OperationCase['shapes']): number {
  return Object.values(shapes).reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0);
}

function inputValues(shapes: OperationCase['shapes']): Record<string, Float64Array> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], i) => [
      name,
      Float64Array.from(smoothValues(tf.util.sizeFromShape(shape), i + 1, 0.8)),
    ]),
  );
}

function inputTensors(
  shapes: OperationCase['shapes'],
  values: Record<string, Float64Array>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, tf.tensor(Float32Array.from(values[name]!), shape)]),
  );
}

function weightedSum(out: tf.Tensor, dy: Float32Array): tf.Scalar {
  return tf.sum(tf.mul(out, tf.tensor(dy, out.shape))) as tf.Scalar;
}

function relativeError(found: ArrayLike<number>, expected: Float64Array): number {
  expect(found.length).toBe(expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0.01);
  return expected.reduce((most, value, i) => {
    const difference = Math.abs(found[i]! - value) / largest;
    return Math.max(most, difference);
  }, 0);
}

function rowsOf(values: ArrayLike<number>, rows: number): number[][] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, i) => Array.from({ length: width }, (_, d) => values[i * width + d]!));
}
