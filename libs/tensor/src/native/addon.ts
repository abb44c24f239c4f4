import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A block of native memory. A number that was released is refused, not reused. */
export type Block = number;

/**
 * Calls run in the order they are made, on the stream's own thread, after they return; errors that are not in the arguments come out of the
 * next read, fence or sync. With a Float32Array in place of a block a call is done, and throws, before it returns.
 */
export type Floats = Block | Float32Array;

/** Absent optional arrays are undefined: an absent output is not computed. */
type Optional = Floats | undefined;

/** What native/src/addon.cc exports. Sizes come first; every array is checked against them when the call is made. */
export interface NativeAddon {
  readonly isa: string;
  matmul(
    batch: number,
    m: number,
    n: number,
    k: number,
    a: Floats,
    transposeA: boolean,
    b: Floats,
    transposeB: boolean,
    out: Floats,
  ): void;
  linear(n: number, k: number, o: number, x: Floats, weight: Floats, bias: Optional, out: Floats): void;
  linearGrad(
    n: number,
    k: number,
    o: number,
    x: Floats,
    weight: Floats,
    dy: Floats,
    dx: Optional,
    dweight: Optional,
    dbias: Optional,
  ): void;
  loraLinear(
    n: number,
    k: number,
    o: number,
    r: number,
    x: Floats,
    weight: Floats,
    a: Floats,
    b: Floats,
    bias: Optional,
    scale: number,
    out: Floats,
    low: Floats,
  ): void;
  loraLinearGrad(
    n: number,
    k: number,
    o: number,
    r: number,
    x: Floats,
    weight: Floats,
    a: Floats,
    b: Floats,
    low: Floats,
    dy: Floats,
    scale: number,
    dx: Optional,
    da: Optional,
    db: Optional,
  ): void;
  rmsNorm(n: number, d: number, x: Floats, weight: Floats, eps: number, out: Floats): void;
  rmsNormGrad(
    n: number,
    d: number,
    x: Floats,
    weight: Floats,
    dy: Floats,
    eps: number,
    dx: Optional,
    dweight: Optional,
  ): void;
  rope(
    n: number,
    heads: number,
    headSize: number,
    rows: number,
    x: Floats,
    positions: Int32Array,
    cosine: Floats,
    sine: Floats,
    inverse: boolean,
    out: Floats,
  ): void;
  attention(
    n: number,
    queryHeads: number,
    keyHeads: number,
    headSize: number,
    sequences: number,
    starts: Int32Array,
    q: Floats,
    k: Floats,
    v: Floats,
    scale: number,
    out: Floats,
  ): void;
  attentionGrad(
    n: number,
    queryHeads: number,
    keyHeads: number,
    headSize: number,
    sequences: number,
    starts: Int32Array,
    q: Floats,
    k: Floats,
    v: Floats,
    out: Floats,
    dy: Floats,
    scale: number,
    dq: Floats,
    dk: Floats,
    dv: Floats,
  ): void;
  swiGlu(n: number, gate: Floats, up: Floats, out: Floats): void;
  swiGluGrad(n: number, gate: Floats, up: Floats, dy: Floats, dgate: Floats, dup: Floats): void;
  tokenLogProbs(
    n: number,
    d: number,
    v: number,
    hidden: Floats,
    weight: Floats,
    targets: Int32Array,
    out: Floats,
    dhidden: Optional,
  ): void;
  tokenLogProbsGrad(
    n: number,
    d: number,
    v: number,
    hidden: Floats,
    weight: Floats,
    targets: Int32Array,
    dy: Floats,
    dhidden: Optional,
    dweight: Optional,
  ): void;
  /** out[i,:] = x[i,:] * by[i] */
  scaleRows(n: number, d: number, x: Floats, by: Floats, out: Floats): void;
  embed(n: number, d: number, vocab: number, ids: Int32Array, table: Floats, out: Floats): void;
  embedGrad(n: number, d: number, vocab: number, ids: Int32Array, dy: Floats, dtable: Floats): void;
  /** One step of all parameters after clipping; their moments lie at `offsets` in m and v of `total` numbers. norm: one number. */
  adamW(
    parameters: number,
    total: number,
    params: Floats[],
    grads: Floats[],
    offsets: Int32Array,
    sizes: Int32Array,
    m: Floats,
    v: Floats,
    learningRate: number,
    beta1: number,
    beta2: number,
    eps: number,
    weightDecay: number,
    biasCorrections1: number[],
    biasCorrections2: number[],
    maxGradNorm: number,
    norm: Floats,
  ): void;
  /** out: one number */
  sumSquares(n: number, x: Floats, out: Floats): void;
  sum(n: number, x: Floats, out: Floats): void;
  /** op 0 add, 1 subtract, 2 multiply */
  binary(op: number, n: number, a: Floats, b: Floats, out: Floats): void;
  /** b is one number, or absent and `value` counts; swapped: b op a */
  binaryScalar(op: number, n: number, a: Floats, b: Optional, value: number, swapped: boolean, out: Floats): void;
  transpose(rows: number, columns: number, x: Floats, out: Floats): void;
  kvWrite(
    n: number,
    heads: number,
    headSize: number,
    slotsInAll: number,
    k: Floats,
    v: Floats,
    slots: Int32Array,
    keys: Floats,
    values: Floats,
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
    q: Floats,
    pageTable: Int32Array,
    sequence: Int32Array,
    length: Int32Array,
    scale: number,
    keys: Floats,
    values: Floats,
    out: Floats,
  ): void;
  /** float32 numbers that weights [n,k] take when they are packed for decodeStep; narrow: as bfloat16 */
  packedNumbers(n: number, k: number, narrow: boolean): number;
  /** Packs weights [n,k] to packed[offset..]. */
  packWeights(
    n: number,
    k: number,
    weight: Floats,
    narrow: boolean,
    packedCount: number,
    packed: Block,
    offset: number,
  ): void;
  /** One step of a decoder, see native/src/decoding-calls.cc for what the arrays hold. Waits. */
  decodeStep(
    shape: Int32Array,
    eps: number,
    scale: number,
    blocks: Float64Array,
    n: number,
    ids: Int32Array,
    positions: Int32Array,
    slots: Int32Array,
    sequence: Int32Array,
    sequences: number,
    maxPages: number,
    pageTable: Int32Array,
    outputs: number,
    outputRows: Int32Array,
    samples: number,
    sampleOutputs: Int32Array,
    settings: Float64Array,
    seenCount: number,
    seen: Int32Array,
    seenStarts: Int32Array,
    wanted: number,
    wantedOutputs: Int32Array,
    wantedLogits: Float32Array,
    tokens: Int32Array,
    logprobs: Float64Array,
  ): void;
  /** 1e9 floating-point operations per second of all threads, multiplying and adding for so many seconds. */
  fmaRate(seconds: number): number;
  /** A block of `count` float32 with undefined contents. @throws when there is no memory */
  allocate(count: number): Block;
  /** A block with the values in another storage (0 float32, 1 bf16, 2 NF4), for `weight` and `table` arguments and for reading. */
  store(storage: number, count: number, values: Float32Array): Block;
  /** The block may be given away again at once; commands given before still have it. */
  release(block: Block): void;
  write(block: Block, count: number, values: Float32Array): void;
  /** `count` numbers inside or between blocks, given with their sizes and offsets; the ranges do not overlap. */
  copy(
    from: Block,
    fromCount: number,
    fromOffset: number,
    to: Block,
    toCount: number,
    toOffset: number,
    count: number,
  ): void;
  fill(block: Block, count: number, value: number): void;
  /** Waits for all commands. @throws what a command has thrown since the last report */
  readSync(block: Block, count: number, out: Float32Array): void;
  /** Resolves when all commands given so far are done and `out` is written; rejected with what one of them has thrown. */
  read(block: Block, count: number, out: Float32Array): Promise<void>;
  fence(): Promise<void>;
  /** Waits for all commands given so far. @throws what one of them has thrown since the last report */
  sync(): void;
  /** Bytes of all blocks now and at most since the last reset, and commands not yet done. */
  memory(resetPeak: boolean): { in_use: number; peak: number; queued: number };
  /** Bytes that all blocks together, and one scratch buffer of a kernel, may have; Infinity for no limit. */
  limitMemory(blocks: number, scratch: number): void;
  /**
   * Cost of each kernel since the last call: number of calls, seconds on the clock, and seconds on the stream's own core, which other
   * processes do not lengthen. Empty unless ITOOL_PROFILE=1.
   */
  profile(): Record<string, [calls: number, seconds: number, own: number]>;
  /** Waits, then gives unused memory back to the system. */
  trim(): void;
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
