import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Absent optional arrays are undefined: an absent output is not computed. */
type Floats = Float32Array | undefined;

/** What native/src/addon.cc exports. Sizes come first; every array is checked against them before memory is touched. */
export interface NativeAddon {
  readonly isa: string;
  matmul(
    batch: number,
    m: number,
    n: number,
    k: number,
    a: Float32Array,
    transposeA: boolean,
    b: Float32Array,
    transposeB: boolean,
    out: Float32Array,
  ): void;
  linear(n: number, k: number, o: number, x: Float32Array, weight: Float32Array, bias: Floats, out: Float32Array): void;
  linearGrad(
    n: number,
    k: number,
    o: number,
    x: Float32Array,
    weight: Float32Array,
    dy: Float32Array,
    dx: Floats,
    dweight: Floats,
    dbias: Floats,
  ): void;
  loraLinear(
    n: number,
    k: number,
    o: number,
    r: number,
    x: Float32Array,
    weight: Float32Array,
    a: Float32Array,
    b: Float32Array,
    bias: Floats,
    scale: number,
    out: Float32Array,
  ): void;
  loraLinearGrad(
    n: number,
    k: number,
    o: number,
    r: number,
    x: Float32Array,
    weight: Float32Array,
    a: Float32Array,
    b: Float32Array,
    dy: Float32Array,
    scale: number,
    dx: Floats,
    da: Floats,
    db: Floats,
  ): void;
  rmsNorm(n: number, d: number, x: Float32Array, weight: Float32Array, eps: number, out: Float32Array): void;
  rmsNormGrad(
    n: number,
    d: number,
    x: Float32Array,
    weight: Float32Array,
    dy: Float32Array,
    eps: number,
    dx: Floats,
    dweight: Floats,
  ): void;
  rope(
    n: number,
    heads: number,
    headSize: number,
    rows: number,
    x: Float32Array,
    positions: Int32Array,
    cosine: Float32Array,
    sine: Float32Array,
    inverse: boolean,
    out: Float32Array,
  ): void;
  attention(
    n: number,
    queryHeads: number,
    keyHeads: number,
    headSize: number,
    sequences: number,
    starts: Int32Array,
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    scale: number,
    out: Float32Array,
  ): void;
  attentionGrad(
    n: number,
    queryHeads: number,
    keyHeads: number,
    headSize: number,
    sequences: number,
    starts: Int32Array,
    q: Float32Array,
    k: Float32Array,
    v: Float32Array,
    out: Float32Array,
    dy: Float32Array,
    scale: number,
    dq: Float32Array,
    dk: Float32Array,
    dv: Float32Array,
  ): void;
  swiGlu(n: number, gate: Float32Array, up: Float32Array, out: Float32Array): void;
  swiGluGrad(
    n: number,
    gate: Float32Array,
    up: Float32Array,
    dy: Float32Array,
    dgate: Float32Array,
    dup: Float32Array,
  ): void;
  tokenLogProbs(
    n: number,
    d: number,
    v: number,
    hidden: Float32Array,
    weight: Float32Array,
    targets: Int32Array,
    out: Float32Array,
  ): void;
  tokenLogProbsGrad(
    n: number,
    d: number,
    v: number,
    hidden: Float32Array,
    weight: Float32Array,
    targets: Int32Array,
    dy: Float32Array,
    dhidden: Floats,
    dweight: Floats,
  ): void;
  embed(n: number, d: number, vocab: number, ids: Int32Array, table: Float32Array, out: Float32Array): void;
  embedGrad(n: number, d: number, vocab: number, ids: Int32Array, dy: Float32Array, dtable: Float32Array): void;
  adamW(
    n: number,
    param: Float32Array,
    grad: Float32Array,
    m: Float32Array,
    v: Float32Array,
    learningRate: number,
    beta1: number,
    beta2: number,
    eps: number,
    weightDecay: number,
    biasCorrection1: number,
    biasCorrection2: number,
    gradScale: number,
  ): void;
  sumSquares(n: number, x: Float32Array): number;
  sum(n: number, x: Float32Array): number;
  /** op 0 add, 1 subtract, 2 multiply */
  binary(op: number, n: number, a: Float32Array, b: Float32Array, out: Float32Array): void;
  binaryScalar(op: number, n: number, a: Float32Array, b: number, out: Float32Array): void;
  transpose(rows: number, columns: number, x: Float32Array, out: Float32Array): void;
  kvWrite(
    n: number,
    heads: number,
    headSize: number,
    slotsInAll: number,
    k: Float32Array,
    v: Float32Array,
    slots: Int32Array,
    keys: Float32Array,
    values: Float32Array,
  ): void;
  kvAttend(
    n: number,
    queryHeads: number,
    keyHeads: number,
    headSize: number,
    pages: number,
    pageSize: number,
    sequences: number,
    maxPages: number,
    q: Float32Array,
    pageTable: Int32Array,
    sequence: Int32Array,
    length: Int32Array,
    scale: number,
    keys: Float32Array,
    values: Float32Array,
    out: Float32Array,
  ): void;
  /** Bytes by which the memory of x lies above a multiple of 64. */
  misalignment(x: Float32Array): number;
  /** 0 takes the physical cores that the process may use; returns the number in use. */
  setThreads(threads: number): number;
}

export type LoadedAddon = { ok: true; addon: NativeAddon } | { ok: false; reason: string };

/** Loads what native/install.cjs built; ITOOL_SANITIZE=1 loads the variant with memory checks. */
export function loadAddon(): LoadedAddon {
  const variant = process.env['ITOOL_SANITIZE'] === '1' ? ['sanitize'] : [];
  const folder = join(__dirname, '..', '..', 'native', 'build', ...variant);
  const file = join(folder, 'itool.node');
  if (!existsSync(file)) return { ok: false, reason: reasonOf(join(folder, 'build.json')) };
  try {
    return { ok: true, addon: require(file) as NativeAddon };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

function reasonOf(record: string): string {
  try {
    const { reason } = JSON.parse(readFileSync(record, 'utf8')) as { reason?: string };
    if (reason !== undefined) return `the native kernels could not be built: ${reason}`;
  } catch {
    // Never built: said below.
  }
  return 'the native kernels are not built; run: node libs/tensor/native/install.cjs';
}
