import type * as tf from '@tensorflow/tfjs';
import type { Block } from './addon.ts';
import type { NativeBackend } from './native-backend.ts';

type Attributes = Record<string, unknown>;

/** Returns null for a case that is left to the kernel of the cpu backend. */
type Attempt = (inputs: Record<string, tf.TensorInfo>, attrs: Attributes) => tf.TensorInfo | null;

const BINARY = { Add: 0, Sub: 1, Multiply: 2 } as const;

/**
 * The frequent cases of tfjs' own kernels: float32, equal shapes or one scalar, whole sums, plain matrix products and transposes. `Cast` is
 * here because that of the cpu backend only relabels what loses nothing: its float32 tensor then still holds the Uint8Array of the mask.
 */
export function plainKernels(backend: NativeBackend): Record<string, Attempt> {
  const { addon } = backend;

  const sizeOf = (x: tf.TensorInfo) => x.shape.reduce((product, size) => product * size, 1);

  const binary = (op: number): Attempt => {
    return ({ a, b }) => {
      if (a!.dtype !== 'float32' || b!.dtype !== 'float32') return null;
      const scalarB = isScalarFor(b!, a!);
      const scalarA = !scalarB && isScalarFor(a!, b!);
      if (!scalarA && !scalarB && !sameShape(a!.shape, b!.shape)) return null;
      const [x, y] = scalarA ? [b!, a!] : [a!, b!];
      const out = backend.output([...x.shape]);
      if (scalarA || scalarB) {
        const value = backend.known(y)?.[0] as number | undefined;
        const block = value === undefined ? backend.floats(y) : undefined;
        addon.binaryScalar(op, sizeOf(x), backend.floats(x), block, value ?? 0, scalarA, out.block);
      } else addon.binary(op, sizeOf(x), backend.floats(x), backend.floats(y), out.block);
      return out.info;
    };
  };

  return {
    Add: binary(BINARY.Add),
    Sub: binary(BINARY.Sub),
    Multiply: binary(BINARY.Multiply),

    Cast: ({ x }, { dtype }) => {
      if (x!.dtype !== 'bool' && x!.dtype !== 'int32') return null;
      const values = backend.known(x!) as Uint8Array | Int32Array;
      if (dtype === 'float32') {
        return { dataId: backend.write(Float32Array.from(values), x!.shape, 'float32'), shape: x!.shape, dtype };
      }
      if (dtype === 'int32' && x!.dtype === 'bool')
        return backend.makeTensorInfo([...x!.shape], 'int32', Int32Array.from(values));
      return null;
    },

    AddN: (inputs) => {
      const terms = Object.values(inputs);
      const [first, second] = terms;
      if (first === undefined || second === undefined) return null;
      if (!terms.every((term) => term.dtype === 'float32' && sameShape(term.shape, first.shape))) return null;
      const out = backend.output([...first.shape]);
      const add = (a: Block, b: Block) => addon.binary(BINARY.Add, sizeOf(first), a, b, out.block);
      add(backend.floats(first), backend.floats(second));
      for (const term of terms.slice(2)) add(out.block, backend.floats(term));
      return out.info;
    },

    Sum: ({ x }, { axis, keepDims }) => {
      const axes = new Set(
        ([axis ?? x!.shape.map((_, d) => d)].flat() as number[]).map((d) => (d + x!.shape.length) % x!.shape.length),
      );
      if (x!.dtype !== 'float32' || axes.size !== x!.shape.length) return null;
      const out = backend.output(keepDims ? x!.shape.map(() => 1) : []);
      addon.sum(sizeOf(x!), backend.floats(x!), out.block);
      return out.info;
    },

    Transpose: ({ x }, { perm }) => {
      const [first, second, ...others] = perm as number[];
      if (x!.dtype !== 'float32' || first !== 1 || second !== 0 || others.length > 0) return null;
      const [rows, columns] = x!.shape as [number, number];
      const out = backend.output([columns, rows]);
      addon.transpose(rows, columns, backend.floats(x!), out.block);
      return out.info;
    },

    BatchMatMul: ({ a, b }, attrs) => {
      const [transposeA, transposeB] = [attrs['transposeA'] === true, attrs['transposeB'] === true];
      const batchShape = a!.shape.slice(0, -2);
      if (a!.dtype !== 'float32' || b!.dtype !== 'float32' || !sameShape(batchShape, b!.shape.slice(0, -2)))
        return null;
      const [ra, ca] = a!.shape.slice(-2) as [number, number];
      const [rb, cb] = b!.shape.slice(-2) as [number, number];
      const [m, k] = transposeA ? [ca, ra] : [ra, ca];
      const [inner, n] = transposeB ? [cb, rb] : [rb, cb];
      if (inner !== k) return null;
      const batch = batchShape.reduce((product, size) => product * size, 1);
      const out = backend.output([...batchShape, m, n]);
      addon.matmul(batch, m, n, k, backend.floats(a!), transposeA, backend.floats(b!), transposeB, out.block);
      return out.info;
    },
  };
}

function sameShape(a: number[], b: number[]): boolean {
  return a.length === b.length && a.every((size, d) => size === b[d]);
}

/** Whether broadcasting `scalar` over `other` leaves other's shape as it is. */
function isScalarFor(scalar: tf.TensorInfo, other: tf.TensorInfo): boolean {
  return (
    scalar.shape.every((size) => size === 1) &&
    scalar.shape.length <= other.shape.length &&
    !sameShape(scalar.shape, other.shape)
  );
}
