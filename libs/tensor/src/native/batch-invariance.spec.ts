import { addon, describeNative, numbers, sameBits } from './addon-for-tests.ts';

const BATCHES = [1, 7, 8, 64, 512];
const [D, O, R, V] = [40, 70, 5, 83];
const [HQ, HKV, HD] = [4, 2, 24];

const weight = numbers(O * D, 1);
const [loraA, loraB] = [numbers(R * D, 2), numbers(O * R, 3)];
const norm = numbers(D, 4);
const vocabulary = numbers(V * D, 5);
const [cosine, sine] = [numbers(600 * (HD / 2), 6), numbers(600 * (HD / 2), 7)];
const targets = Int32Array.from({ length: 512 }, (_, n) => (n * 11) % V);
const positions = Int32Array.from({ length: 512 }, (_, n) => (n * 5) % 600);

interface RowKernel {
  /** floats per row of the input and of the output */
  input: number;
  output: number;
  run: (rows: number, x: Float32Array, first: number, out: Float32Array) => void;
}

/** Kernels over a frozen weight in another storage. */
function storedKernels(name: string, storage: number): Record<string, RowKernel> {
  const blocks = new Map<Float32Array, number>();
  const stored = (values: Float32Array) => {
    const block = blocks.get(values) ?? addon().store(storage, values.length, values);
    blocks.set(values, block);
    return block;
  };
  return {
    [`Linear ${name}`]: {
      input: D,
      output: O,
      run: (n, x, _, out) => addon().linear(n, D, O, x, stored(weight), undefined, out),
    },
    [`LinearGrad dx ${name}`]: {
      input: O,
      output: D,
      run: (n, dy, _, dx) =>
        addon().linearGrad(n, D, O, new Float32Array(n * D), stored(weight), dy, dx, undefined, undefined),
    },
    [`LoraLinear ${name}`]: {
      input: D,
      output: O,
      run: (n, x, _, out) =>
        addon().loraLinear(n, D, O, R, x, stored(weight), loraA, loraB, undefined, 0.7, out, new Float32Array(n * R)),
    },
    [`TokenLogProbs dhidden ${name}`]: {
      input: D,
      output: D,
      run: (n, x, first, dhidden) =>
        addon().tokenLogProbs(
          n,
          D,
          V,
          x,
          stored(vocabulary),
          targets.slice(first, first + n),
          new Float32Array(n),
          dhidden,
        ),
    },
  };
}

/** Kernels whose output row depends on one input row; `first` is the row's number in the data of all rows. */
const ROW_KERNELS: Record<string, RowKernel> = {
  Linear: { input: D, output: O, run: (n, x, _, out) => addon().linear(n, D, O, x, weight, undefined, out) },
  'LinearGrad dx': {
    input: O,
    output: D,
    run: (n, dy, _, dx) => addon().linearGrad(n, D, O, new Float32Array(n * D), weight, dy, dx, undefined, undefined),
  },
  LoraLinear: {
    input: D,
    output: O,
    run: (n, x, _, out) =>
      addon().loraLinear(n, D, O, R, x, weight, loraA, loraB, undefined, 0.7, out, new Float32Array(n * R)),
  },
  'LoraLinearGrad dx': {
    input: O,
    output: D,
    run: (n, dy, _, dx) =>
      addon().loraLinearGrad(
        n,
        D,
        O,
        R,
        new Float32Array(n * D),
        weight,
        loraA,
        loraB,
        new Float32Array(n * R),
        dy,
        0.7,
        dx,
        undefined,
        undefined,
      ),
  },
  RmsNorm: { input: D, output: D, run: (n, x, _, out) => addon().rmsNorm(n, D, x, norm, 1e-5, out) },
  'RmsNormGrad dx': {
    input: D,
    output: D,
    run: (n, x, _, dx) => addon().rmsNormGrad(n, D, x, norm, x.map(Math.cos), 1e-5, dx, undefined),
  },
  Rope: {
    input: HQ * HD,
    output: HQ * HD,
    run: (n, x, first, out) =>
      addon().rope(n, HQ, HD, 600, x, positions.slice(first, first + n), cosine, sine, false, out),
  },
  SwiGlu: { input: D, output: D, run: (n, x, _, out) => addon().swiGlu(n * D, x, x.map(Math.cos), out) },
  'SwiGluGrad dgate': {
    input: D,
    output: D,
    run: (n, x, _, dgate) =>
      addon().swiGluGrad(n * D, x, x.map(Math.cos), x.map(Math.sin), dgate, new Float32Array(n * D)),
  },
  TokenLogProbs: {
    input: D,
    output: 1,
    run: (n, x, first, out) =>
      addon().tokenLogProbs(n, D, V, x, vocabulary, targets.slice(first, first + n), out, undefined),
  },
  'TokenLogProbs dhidden': {
    input: D,
    output: D,
    run: (n, x, first, dhidden) =>
      addon().tokenLogProbs(n, D, V, x, vocabulary, targets.slice(first, first + n), new Float32Array(n), dhidden),
  },
  ScaleRows: {
    input: D,
    output: D,
    run: (n, x, first, out) => addon().scaleRows(n, D, x, numbers(600, 9).slice(first, first + n), out),
  },
  ...storedKernels('bf16', 1),
  ...storedKernels('NF4', 2),
  'TokenLogProbsGrad dhidden': {
    input: D,
    output: D,
    run: (n, x, first, dhidden) =>
      addon().tokenLogProbsGrad(
        n,
        D,
        V,
        x,
        vocabulary,
        targets.slice(first, first + n),
        Float32Array.from({ length: n }, (_, i) => ((first + i) % 3) - 1),
        dhidden,
        undefined,
      ),
  },
};

describeNative('batch invariance of the native kernels', () => {
  afterEach(() => {
    addon().setThreads(0);
  });

  it.each(Object.keys(ROW_KERNELS))('%s: the bits of a row do not depend on batch, position or threads', (name) => {
    const { input, output, run } = ROW_KERNELS[name]!;
    const x = numbers(512 * input, 8);
    addon().setThreads(1);
    const all = new Float32Array(512 * output).fill(Number.NaN);
    run(512, x, 0, all);
    expect(all.some(Number.isNaN)).toBe(false);
    for (const threads of [1, 2, 3]) {
      addon().setThreads(threads);
      for (const batch of BATCHES) {
        for (const first of [0, 512 - batch]) {
          const part = new Float32Array(batch * output);
          run(batch, x.slice(first * input, (first + batch) * input), first, part);
          expect(sameBits(part, all.slice(first * output, (first + batch) * output))).toBe(true);
        }
      }
    }
  });

  it('Linear: the bits of a column do not depend on the other columns', () => {
    const x = numbers(64 * D, 9);
    const all = new Float32Array(64 * O);
    addon().linear(64, D, O, x, weight, undefined, all);
    for (const column of [0, 31, 32, 63, 69]) {
      const one = new Float32Array(64);
      addon().linear(64, D, 1, x, weight.slice(column * D, (column + 1) * D), undefined, one);
      expect(
        sameBits(
          one,
          all.filter((_, i) => i % O === column),
        ),
      ).toBe(true);
    }
  });

  it('Attention and its gradient: a sequence alone, between others, and with other threads', () => {
    const lengths = [1, 7, 8, 64, 0, 200];
    const starts = [0, 1, 8, 16, 80, 80, 280];
    const rows = starts.at(-1)!;
    const [q, k, v] = [numbers(rows * HQ * HD, 1), numbers(rows * HKV * HD, 2), numbers(rows * HKV * HD, 3)];
    const dy = numbers(rows * HQ * HD, 4);
    const run = (first: number, end: number, cu: number[], threads: number) => {
      addon().setThreads(threads);
      const wide = (x: Float32Array) => x.slice(first * HQ * HD, end * HQ * HD);
      const narrow = (x: Float32Array) => x.slice(first * HKV * HD, end * HKV * HD);
      const [n, sequences, at] = [end - first, cu.length - 1, Int32Array.from(cu)];
      const [out, dq] = [new Float32Array(n * HQ * HD), new Float32Array(n * HQ * HD)];
      const [dk, dv] = [new Float32Array(n * HKV * HD), new Float32Array(n * HKV * HD)];
      addon().attention(n, HQ, HKV, HD, sequences, at, wide(q), narrow(k), narrow(v), 0.2, out);
      addon().attentionGrad(
        n,
        HQ,
        HKV,
        HD,
        sequences,
        at,
        wide(q),
        narrow(k),
        narrow(v),
        out,
        wide(dy),
        0.2,
        dq,
        dk,
        dv,
      );
      return { out, dq, dk, dv };
    };
    const all = run(0, rows, starts, 1);
    expectSameBits(run(0, rows, starts, 2), all);
    for (let s = 0; s < lengths.length; s++) {
      const [first, end] = [starts[s]!, starts[s + 1]!];
      expectSameBits(run(first, end, [0, end - first], 2), {
        out: all.out.slice(first * HQ * HD, end * HQ * HD),
        dq: all.dq.slice(first * HQ * HD, end * HQ * HD),
        dk: all.dk.slice(first * HKV * HD, end * HKV * HD),
        dv: all.dv.slice(first * HKV * HD, end * HKV * HD),
      });
    }
  });

  it('Attention: a prefix gives the same bits as in the whole sequence', () => {
    const rows = 150;
    const [q, k, v] = [numbers(rows * HQ * HD, 1), numbers(rows * HKV * HD, 2), numbers(rows * HKV * HD, 3)];
    const run = (n: number) => {
      const out = new Float32Array(n * HQ * HD);
      const [qs, ks, vs] = [q.slice(0, n * HQ * HD), k.slice(0, n * HKV * HD), v.slice(0, n * HKV * HD)];
      addon().attention(n, HQ, HKV, HD, 1, Int32Array.of(0, n), qs, ks, vs, 0.2, out);
      return out;
    };
    const all = run(rows);
    for (const n of [1, 2, 15, 16, 17, 129, 149]) {
      expect(sameBits(run(n), all.slice(0, n * HQ * HD))).toBe(true);
    }
  });

  it('KvAttend: cached rows have the bits of Attention, whatever the pages and the batch', () => {
    const [rows, pageSize, pages] = [53, 16, 6];
    const [q, k, v] = [numbers(rows * HQ * HD, 1), numbers(rows * HKV * HD, 2), numbers(rows * HKV * HD, 3)];
    const expected = new Float32Array(rows * HQ * HD);
    addon().attention(rows, HQ, HKV, HD, 1, Int32Array.of(0, rows), q, k, v, 0.2, expected);
    const slotsInAll = pages * pageSize;
    const keys = new Float32Array(slotsInAll * HKV * HD).fill(Number.NaN);
    const values = new Float32Array(slotsInAll * HKV * HD).fill(Number.NaN);
    const table = Int32Array.of(4, 0, 5, 2);
    const slots = Int32Array.from({ length: rows }, (_, i) => table[i >> 4]! * pageSize + (i & 15));
    addon().kvWrite(rows, HKV, HD, slotsInAll, k, v, slots, keys, values);
    const attend = (first: number, n: number) => {
      const out = new Float32Array(n * HQ * HD);
      const length = Int32Array.from({ length: n }, (_, i) => first + i + 1);
      const some = q.slice(first * HQ * HD, (first + n) * HQ * HD);
      const sequence = new Int32Array(n);
      addon().kvAttend(n, HQ, HKV, HD, pages, pageSize, 1, 4, some, table, sequence, length, 0.2, keys, values, out);
      return out;
    };
    expect(sameBits(attend(0, rows), expected)).toBe(true);
    for (const first of [0, 15, 16, 40, 52]) {
      expect(sameBits(attend(first, 1), expected.slice(first * HQ * HD, (first + 1) * HQ * HD))).toBe(true);
    }
  });

  it('reductions over rows do not depend on the threads', () => {
    const [n, x, dy] = [1000, numbers(1000 * D, 1), numbers(1000 * O, 2)];
    const ids = Int32Array.from({ length: n }, (_, i) => (i * i) % V);
    const run = (threads: number) => {
      addon().setThreads(threads);
      const dweight = new Float32Array(O * D);
      const dbias = new Float32Array(O);
      addon().linearGrad(n, D, O, x, weight, dy, undefined, dweight, dbias);
      const [da, db] = [new Float32Array(R * D), new Float32Array(O * R)];
      addon().loraLinearGrad(n, D, O, R, x, weight, loraA, loraB, numbers(n * R, 4), dy, 0.7, undefined, da, db);
      const dnorm = new Float32Array(D);
      addon().rmsNormGrad(n, D, x, norm, x.map(Math.cos), 1e-5, undefined, dnorm);
      const dtable = new Float32Array(V * D);
      addon().embedGrad(n, D, V, ids, x, dtable);
      const dvocabulary = new Float32Array(V * D);
      addon().tokenLogProbsGrad(n, D, V, x, vocabulary, ids, x.slice(0, n), undefined, dvocabulary);
      const [sum, squares] = [new Float32Array(1), new Float32Array(1)];
      addon().sum(dy.length, dy, sum);
      addon().sumSquares(dy.length, dy, squares);
      return { dweight, dbias, da, db, dnorm, dtable, dvocabulary, sum, squares };
    };
    expectSameBits(run(2), run(1));
  });
});

function expectSameBits(found: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  for (const [name, values] of Object.entries(expected))
    expect([name, sameBits(found[name]!, values)]).toEqual([name, true]);
}
