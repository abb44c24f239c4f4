import { product, transposed } from '../reference/matrix-products.ts';
import { addon, describeNative, numbers, relativeError } from './addon-for-tests.ts';

// Around every border of the blocking: tiles of 14, 6, 4 rows, panels of 32, 16, 8 columns, blocks of 256 k, 512 columns, 112 rows.
const SIZES = [
  [1, 1, 1],
  [1, 7, 33],
  [2, 300, 15],
  [13, 31, 17],
  [14, 32, 32],
  [15, 257, 31],
  [29, 16, 49],
  [113, 64, 65],
  [127, 513, 9],
  [5, 3, 530],
  [230, 40, 90],
] as const;

// One chain of k float32 multiply-adds; the largest result is of the order of sqrt(k).
const TOLERANCE = 2e-6;

describeNative('native matrix product', () => {
  it.each(SIZES)('agrees with float64 in all transpositions: %d x %d x %d', (m, k, n) => {
    const a = numbers(m * k, 1);
    const b = numbers(k * n, 2);
    const expected = product(Float64Array.from(a), Float64Array.from(b), m, k, n);
    const at = Float32Array.from(transposed(Float64Array.from(a), m, k));
    const bt = Float32Array.from(transposed(Float64Array.from(b), k, n));
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const out = new Float32Array(m * n).fill(Number.NaN);
      addon().matmul(1, m, n, k, transposeA ? at : a, transposeA, transposeB ? bt : b, transposeB, out);
      expect(relativeError(out, expected)).toBeLessThan(TOLERANCE);
    }
  });

  it('multiplies a batch matrix by matrix', () => {
    const [batch, m, k, n] = [7, 9, 20, 11];
    const a = numbers(batch * m * k, 3);
    const b = numbers(batch * k * n, 4);
    const out = new Float32Array(batch * m * n);
    addon().matmul(batch, m, n, k, a, false, b, false, out);
    for (let i = 0; i < batch; i++) {
      const one = new Float32Array(m * n);
      addon().matmul(
        1,
        m,
        n,
        k,
        a.slice(i * m * k, (i + 1) * m * k),
        false,
        b.slice(i * k * n, (i + 1) * k * n),
        false,
        one,
      );
      expect(out.slice(i * m * n, (i + 1) * m * n)).toEqual(one);
    }
  });

  it('is one chain of multiply-adds in ascending k, so that every transposition gives the same bits', () => {
    const [m, k, n] = [37, 700, 45];
    const a = numbers(m * k, 5);
    const b = numbers(k * n, 6);
    const at = new Float32Array(m * k);
    addon().transpose(m, k, a, at);
    const plain = new Float32Array(m * n);
    const viaTransposed = new Float32Array(m * n);
    addon().matmul(1, m, n, k, a, false, b, false, plain);
    addon().matmul(1, m, n, k, at, true, b, false, viaTransposed);
    expect(viaTransposed).toEqual(plain);
  });

  it('starts from the bias, and from zero when nothing is to be added up', () => {
    const bias = new Float32Array([3, -4]);
    const out = new Float32Array(4);
    addon().linear(2, 1, 2, new Float32Array([10, 20]), new Float32Array([1, 2]), bias, out);
    expect([...out]).toEqual([13, 16, 23, 36]);
    addon().linear(2, 0, 2, new Float32Array(0), new Float32Array(0), undefined, out);
    expect([...out]).toEqual([0, 0, 0, 0]);
  });

  it('transposes sizes that are no multiples of a vector', () => {
    const x = numbers(35 * 83, 7);
    const out = new Float32Array(35 * 83);
    addon().transpose(35, 83, x, out);
    expect(Array.from(out)).toEqual(Array.from(transposed(Float64Array.from(x), 35, 83)));
  });

  it('names the kernel and the sizes when an array does not fit, and touches nothing', () => {
    const out = new Float32Array(6).fill(9);
    expect(() => addon().linear(2, 4, 3, new Float32Array(8), new Float32Array(11), undefined, out)).toThrow(
      'native: Linear: weight has 11 elements, not 12 [N=2, K=4, O=3]',
    );
    const ints = new Int32Array(8) as unknown as Float32Array;
    expect(() => addon().linear(2, 4, 3, ints, new Float32Array(12), undefined, out)).toThrow(
      'x is not a Float32Array',
    );
    expect(() => addon().linear(-1, 4, 3, ints, new Float32Array(12), undefined, out)).toThrow('N is not a size');
    expect([...out]).toEqual([9, 9, 9, 9, 9, 9]);
  });
});
