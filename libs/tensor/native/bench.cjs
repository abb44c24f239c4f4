// Rates of the native kernels, best of many runs (ITOOL_THREADS and ITOOL_ISA as usual):
//   node -r ./tools/register/register.cjs libs/tensor/native/bench.cjs
const { loadAddon } = require('../src/native/addon.ts');
const tensor = require('../src/index.ts');
const { tf } = tensor;

const HIDDEN = 128;
const LAYERS = 4;
const HEADS = 4;
const INTERMEDIATE = 336;
const VOCABULARY = 640;
const SEQUENCES = 16;
const LENGTH = 120;

function best(seconds, f) {
  f();
  let least = Infinity;
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    f();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function products(addon) {
  const shapes = [
    [512, 512, 512],
    [1024, 1024, 1024],
    [1920, 128, 128],
    [1920, 128, 336],
    [1920, 336, 128],
    [1920, 128, 640],
    [1920, 192, 512],
    [64, 128, 336],
    [8, 128, 336],
    [1, 128, 336],
    [64, 2048, 2048],
  ];
  console.log('N x K x O: GFLOP/s of x W^T, dy W, dy^T x');
  for (const [n, k, o] of shapes) {
    const random = (size) => Float32Array.from({ length: size }, (_, i) => Math.sin(i));
    const [x, w, dy] = [random(n * k), random(o * k), random(n * o)];
    const [y, dx, dw] = [new Float32Array(n * o), new Float32Array(n * k), new Float32Array(o * k)];
    const rate = (f) => ((2 * n * k * o) / best(0.2, f) / 1e6).toFixed(0).padStart(5);
    console.log(
      `${[n, k, o].join(' x ').padEnd(20)}`,
      rate(() => addon.linear(n, k, o, x, w, undefined, y)),
      rate(() => addon.linearGrad(n, k, o, x, w, dy, dx, undefined, undefined)),
      rate(() => addon.linearGrad(n, k, o, x, w, dy, undefined, dw, undefined)),
    );
  }
}

function parameters() {
  const draw = (shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) / Math.sqrt(HIDDEN)),
      shape,
    );
  };
  const all = { embed: draw([VOCABULARY, HIDDEN]), norm: tf.ones([HIDDEN]) };
  for (let layer = 0; layer < LAYERS; layer++) {
    for (const name of ['q', 'k', 'v', 'o']) all[`${layer}.${name}`] = draw([HIDDEN, HIDDEN]);
    for (const name of ['gate', 'up']) all[`${layer}.${name}`] = draw([INTERMEDIATE, HIDDEN]);
    all[`${layer}.down`] = draw([HIDDEN, INTERMEDIATE]);
    for (const name of ['norm1', 'norm2']) all[`${layer}.${name}`] = tf.ones([HIDDEN]);
  }
  return all;
}

function loss(p, ids, positions, targets, cu_seqlens) {
  const headDim = HIDDEN / HEADS;
  const heads = (x) => tf.reshape(x, [-1, HEADS, headDim]);
  let x = tensor.embed(ids, p.embed);
  for (let layer = 0; layer < LAYERS; layer++) {
    const w = (name) => p[`${layer}.${name}`];
    const h = tensor.rmsNorm(x, w('norm1'), 1e-5);
    const q = tensor.rope(heads(tensor.linear(h, w('q'))), positions, { theta: 10000 });
    const k = tensor.rope(heads(tensor.linear(h, w('k'))), positions, { theta: 10000 });
    const v = heads(tensor.linear(h, w('v')));
    const mixed = tensor.attention(q, k, v, { cu_seqlens, scale: 1 / Math.sqrt(headDim) });
    x = tf.add(x, tensor.linear(tf.reshape(mixed, [-1, HIDDEN]), w('o')));
    const m = tensor.rmsNorm(x, w('norm2'), 1e-5);
    const inner = tensor.swiGlu(tensor.linear(m, w('gate')), tensor.linear(m, w('up')));
    x = tf.add(x, tensor.linear(inner, w('down')));
  }
  const logProbs = tensor.tokenLogProbs(tensor.rmsNorm(x, p.norm, 1e-5), p.embed, targets);
  return tf.mul(tf.sum(logProbs), -1 / (SEQUENCES * LENGTH));
}

async function step() {
  const { name } = await tensor.useBackend('auto');
  const rows = SEQUENCES * LENGTH;
  const p = parameters();
  const ids = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => (i * 31) % VOCABULARY),
    'int32',
  );
  const targets = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => (i * 31 + 31) % VOCABULARY),
    'int32',
  );
  const positions = tf.tensor1d(
    Int32Array.from({ length: rows }, (_, i) => i % LENGTH),
    'int32',
  );
  const cu_seqlens = Array.from({ length: SEQUENCES + 1 }, (_, i) => i * LENGTH);
  const f = () => loss(p, ids, positions, targets, cu_seqlens);
  const both = best(5, () => {
    const { value, grads } = tensor.valueAndGrads(f, p);
    const last = Object.values(grads).at(-1);
    last.dataSync();
    tf.dispose([value, ...Object.values(grads)]);
  });
  const forward = best(2, () => {
    const value = tf.tidy(f);
    value.dataSync();
    value.dispose();
  });
  console.log(
    `${name}: d=${HIDDEN} L=${LAYERS} heads=${HEADS} ff=${INTERMEDIATE} V=${VOCABULARY}, ${SEQUENCES} x ${LENGTH} tokens`,
  );
  console.log(
    `forward ${forward.toFixed(1)} ms, forward and backward ${both.toFixed(1)} ms: ${((rows / both) * 1000).toFixed(0)} tokens/s`,
  );
  console.log(`tensors alive: ${tf.memory().numTensors}`);
}

const loaded = loadAddon();
if (loaded.ok) {
  const threads = loaded.addon.setThreads(Number(process.env.ITOOL_THREADS || 0));
  console.log(`${loaded.addon.isa}, ${threads} threads`);
  products(loaded.addon);
} else {
  console.log(loaded.reason);
}
step();
