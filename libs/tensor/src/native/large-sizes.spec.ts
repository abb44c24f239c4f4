import { type ReferenceAttentionShape, referenceAttention } from '../reference/attention.ts';
import { product, transposed } from '../reference/matrix-products.ts';
import { referenceTokenLogProbs } from '../reference/token-log-probs.ts';
import { addon, describeNative, numbers, relativeError } from './addon-for-tests.ts';

// The conformance suite compares every operation with float64 at small sizes; here are sizes beyond one block of the native kernels.
const TOLERANCE = 3e-6;
const wide = (x: Float32Array) => Float64Array.from(x);

describeNative('native kernels beyond one block', () => {
  it('Attention over several row chunks, key blocks, head sizes and groups', () => {
    const shapes: ReferenceAttentionShape[] = [
      { heads: 2, kvHeads: 1, headDim: 32, cu_seqlens: [0, 150, 150, 163], scale: 0.18 },
      { heads: 10, kvHeads: 1, headDim: 20, cu_seqlens: [0, 40], scale: 0.3 },
      { heads: 1, kvHeads: 1, headDim: 80, cu_seqlens: [0, 31, 300], scale: 0.1 },
    ];
    for (const { heads, kvHeads, headDim, cu_seqlens, scale } of shapes) {
      const n = cu_seqlens.at(-1)!;
      const [q, k, v] = [1, 2, 3].map((seed) =>
        numbers(n * (seed === 1 ? heads : kvHeads) * headDim, seed).map((x) => 3 * x),
      );
      const dy = numbers(n * heads * headDim, 4);
      const expected = referenceAttention(wide(q!), wide(k!), wide(v!), { heads, kvHeads, headDim, cu_seqlens, scale });
      const gradients = expected.gradients(wide(dy));
      const starts = Int32Array.from(cu_seqlens);
      const [out, dq] = [new Float32Array(q!.length), new Float32Array(q!.length)];
      const [dk, dv] = [new Float32Array(k!.length).fill(7), new Float32Array(v!.length).fill(7)];
      const sizes = [n, heads, kvHeads, headDim, starts.length - 1] as const;
      addon().attention(...sizes, starts, q!, k!, v!, scale, out);
      addon().attentionGrad(...sizes, starts, q!, k!, v!, out, dy, scale, dq, dk, dv);
      expect(relativeError(out, expected.out)).toBeLessThan(TOLERANCE);
      expect(relativeError(dq, gradients.q)).toBeLessThan(TOLERANCE);
      expect(relativeError(dk, gradients.k)).toBeLessThan(TOLERANCE);
      expect(relativeError(dv, gradients.v)).toBeLessThan(TOLERANCE);
    }
  });

  it('TokenLogProbs over several blocks of rows, with masked rows', () => {
    const [n, d, v] = [560, 12, 2501];
    const hidden = numbers(n * d, 1).map((x) => 2 * x);
    const weight = numbers(v * d, 2);
    const targets = Int32Array.from({ length: n }, (_, i) => (i * 977) % v);
    const dy = Float32Array.from({ length: n }, (_, i) => (i % 4 === 0 ? 0 : Math.sin(i)));
    const expected = referenceTokenLogProbs(wide(hidden), wide(weight), targets, d);
    const gradients = expected.gradients(wide(dy));
    const out = new Float32Array(n);
    const [dhidden, dweight] = [new Float32Array(n * d).fill(7), new Float32Array(v * d).fill(7)];
    const unit = new Float32Array(n * d);
    addon().tokenLogProbs(n, d, v, hidden, weight, targets, out, unit);
    addon().tokenLogProbsGrad(n, d, v, hidden, weight, targets, dy, dhidden, dweight);
    expect(relativeError(out, expected.out)).toBeLessThan(TOLERANCE);
    // A chain of 5001 products: float32 rounding grows with the square root of that.
    expect(relativeError(dhidden, gradients.hidden)).toBeLessThan(2e-5);
    expect(relativeError(dweight, gradients.weight)).toBeLessThan(TOLERANCE);
    const scaled = new Float32Array(n * d);
    addon().scaleRows(n, d, unit, dy, scaled);
    expect(relativeError(scaled, gradients.hidden)).toBeLessThan(2e-5);
    expect(dhidden.slice(0, d).every((x) => x === 0)).toBe(true);
  });

  it('LinearGrad over more rows than one block of the reduction', () => {
    const [n, k, o] = [700, 33, 29];
    const [x, dy] = [numbers(n * k, 1), numbers(n * o, 2)];
    const [dweight, dbias] = [new Float32Array(o * k), new Float32Array(o)];
    addon().linearGrad(n, k, o, x, new Float32Array(o * k), dy, undefined, dweight, dbias);
    const dyT = transposed(wide(dy), n, o);
    expect(relativeError(dweight, product(dyT, wide(x), o, n, k))).toBeLessThan(TOLERANCE);
    expect(relativeError(dbias, product(dyT, new Float64Array(n).fill(1), o, n, 1))).toBeLessThan(TOLERANCE);
  });

  it('EmbedGrad adds the rows of one id in their order', () => {
    const dy = new Float32Array([1e8, 1, -1e8, 5]);
    const dtable = new Float32Array(3).fill(7);
    addon().embedGrad(4, 1, 3, Int32Array.of(2, 2, 2, 0), dy, dtable);
    // 1e8 + 1 rounds to 1e8 in float32, so any other order gives 1.
    expect([...dtable]).toEqual([5, 0, 0]);
  });

  it('SwiGlu at the ends of the exponential', () => {
    const gate = new Float32Array([
      0,
      1,
      -1,
      20,
      -20,
      87.2,
      -87.2,
      88.5,
      -88.5,
      200,
      -200,
      1e30,
      -1e30,
      Number.NaN,
      3,
      4,
      5,
    ]);
    const up = new Float32Array(gate.length).fill(2);
    const out = new Float32Array(gate.length);
    addon().swiGlu(gate.length, gate, up, out);
    gate.forEach((g, i) => {
      const expected = (2 * g) / (1 + Math.exp(-g));
      if (Number.isNaN(expected)) expect(out[i]).toBeNaN();
      else expect(Math.abs(out[i]! - expected)).toBeLessThanOrEqual(4e-7 * Math.abs(expected) + 1e-35);
    });
  });

  it('sums and sums of squares of many numbers in float64', () => {
    const x = numbers(100_003, 1);
    let [sum, squares] = [0, 0];
    for (const value of x) {
      sum += value;
      squares += value * value;
    }
    const out = new Float32Array(1);
    addon().sum(x.length, x, out);
    expect(out[0]).toBe(Math.fround(sum));
    addon().sumSquares(x.length, x, out);
    expect(out[0]).toBe(Math.fround(squares));
    addon().sum(0, new Float32Array(0), out);
    expect(out[0]).toBe(0);
  });

  it('AdamW follows the formula of kernels.ts in place', () => {
    const n = 37;
    const [param, grad, m, v] = [1, 2, 3, 4].map((seed) => numbers(n, seed));
    v!.forEach((value, i) => {
      v![i] = value * value;
    });
    const [learningRate, beta1, beta2, eps, decay, scale] = [0.01, 0.9, 0.999, 1e-8, 0.1, 0.5];
    const [correction1, correction2] = [1 - beta1 ** 3, 1 - beta2 ** 3];
    const before = { param: wide(param!), m: wide(m!), v: wide(v!) };
    const norm = new Float32Array(1);
    const expectedNorm = Math.sqrt(grad!.reduce((sum, g) => sum + g * g, 0));
    const sizes = Int32Array.of(n);
    addon().adamW(
      1,
      n,
      [param!],
      [grad!],
      Int32Array.of(0),
      sizes,
      m!,
      v!,
      learningRate,
      beta1,
      beta2,
      eps,
      decay,
      [correction1],
      [correction2],
      scale * expectedNorm,
      norm,
    );
    expect(norm[0]).toBeCloseTo(expectedNorm, 5);
    for (let i = 0; i < n; i++) {
      const g = grad![i]! * scale;
      const mi = beta1 * before.m[i]! + (1 - beta1) * g;
      const vi = beta2 * before.v[i]! + (1 - beta2) * g * g;
      const step = ((learningRate / correction1) * mi) / (Math.sqrt(vi) / Math.sqrt(correction2) + eps);
      expect(m![i]).toBeCloseTo(mi, 6);
      expect(v![i]).toBeCloseTo(vi, 6);
      expect(param![i]).toBeCloseTo(before.param[i]! * (1 - learningRate * decay) - step, 6);
    }
  });

  it('refuses indices outside their range with the place and the value', () => {
    const x = new Float32Array(2);
    expect(() => addon().embed(2, 1, 3, Int32Array.of(0, 3), new Float32Array(3), x)).toThrow(
      'native: Embed: ids[1] is 3 (valid: 0..2) [N=2, D=1, V=3]',
    );
    const starts = Int32Array.of(0, 3);
    expect(() => addon().attention(2, 1, 1, 1, 1, starts, x, x, x, 1, new Float32Array(2))).toThrow(
      'native: Attention: cu_seqlens does not run from 0 to N',
    );
    expect(() => addon().attention(1, 1, 2, 1, 1, Int32Array.of(0, 1), x.slice(1), x, x, 1, x.slice(1))).toThrow(
      'native: Attention: query heads are not a multiple of key/value heads [N=1, Hq=1, Hkv=2, hd=1, B=1]',
    );
  });
});
