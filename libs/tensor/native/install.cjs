// Builds the native kernels with the system's C++ compiler: `node libs/tensor/native/install.cjs`, also run after `npm ci`.
// Never fails an installation: without a compiler, or with one that cannot build this, one line says so and the wasm backend serves.
// Result: build/itool.node and build/build.json {native, isa, digest} or {native: false, reason}.
//   CXX             compiler (g++)
//   ITOOL_SANITIZE  1 builds with address and undefined-behaviour checks into build/sanitize (load it with LD_PRELOAD=libasan.so)
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const SOURCES = path.join(__dirname, 'src');
const sanitize = process.env.ITOOL_SANITIZE === '1';
const OUT = path.join(__dirname, 'build', ...(sanitize ? ['sanitize'] : []));
const compiler = process.env.CXX || 'g++';

// -ffp-contract=off: which products are fused is written in the source; the compiler must not add its own choice per tile shape.
const COMMON = ['-std=c++17', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off', '-fno-math-errno', '-pthread'];
const LEVEL = sanitize
  ? ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined']
  : ['-O3'];
const AVX512 = ['-DITOOL_ISA_AVX512', '-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl', '-mavx2', '-mfma'];
const VARIANTS =
  process.arch === 'x64'
    ? [
        ['avx512', ...AVX512],
        ['avx512bf16', ...AVX512, '-DITOOL_DOT_BF16=1', '-mavx512bf16'],
        ['avx512bf16_emulated', ...AVX512, '-DITOOL_DOT_BF16=2'],
        ['avx2', '-DITOOL_ISA_AVX2', '-mavx2', '-mfma'],
        ['portable', '-DITOOL_ISA_PORTABLE'],
      ]
    : [['portable', '-DITOOL_ISA_PORTABLE']];

/** Compiled once per variant; a decoder multiplies in float32 whatever the processor has for bf16. */
const PER_VARIANT = ['kernels.cc', 'decoding.cc'];
const sourcesOf = (variant) => PER_VARIANT.filter((name) => name === 'kernels.cc' || !variant.startsWith('avx512bf16'));

function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.on('error', (error) =>
      reject(new Error(`${command}: ${error.code === 'ENOENT' ? 'not found' : error.message}`)),
    );
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(out);
      const line =
        err.split('\n').find((text) => /error/i.test(text)) || err.split('\n').find((text) => text !== '') || '';
      reject(new Error(`${path.basename(command)} ended with ${signal ?? code}: ${line.trim()}`));
    });
  });
}

function digestOf(headers) {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(SOURCES).sort())
    hash.update(name).update(fs.readFileSync(path.join(SOURCES, name)));
  hash.update(fs.readFileSync(__filename)).update(headers);
  return hash.update([process.platform, process.arch, ...LEVEL].join(' ')).digest('hex');
}

function previous() {
  try {
    return JSON.parse(fs.readFileSync(path.join(OUT, 'build.json'), 'utf8'));
  } catch {
    return {};
  }
}

function record(result) {
  fs.mkdirSync(OUT, { recursive: true });
  const temporary = path.join(OUT, `build.json.${process.pid}`);
  fs.writeFileSync(temporary, `${JSON.stringify(result)}\n`);
  fs.renameSync(temporary, path.join(OUT, 'build.json'));
}

// In a child process: an addon that crashes must not take the installation with it.
const LOAD_TEST = `
const addon = require(process.argv[1]);
const out = new Float32Array(1);
addon.linear(1, 2, 1, new Float32Array([2, 3]), new Float32Array([5, 7]), undefined, out);
if (out[0] !== 31) throw new Error('error: a product of two vectors is ' + out[0] + ', not 31');
process.stdout.write(addon.isa);
`;

async function build() {
  const headersPackage = require.resolve('node-api-headers/package.json');
  const include = require('node-api-headers').include_dir;
  const digest = digestOf(fs.readFileSync(headersPackage));
  const target = path.join(OUT, 'itool.node');
  const before = previous();
  if (before.native === true && before.digest === digest && fs.existsSync(target)) return;

  const work = path.join(OUT, `objects.${process.pid}`);
  fs.mkdirSync(work, { recursive: true });
  try {
    const compile = async (source, object, extra) => {
      await run(compiler, [
        ...COMMON,
        ...LEVEL,
        ...extra,
        '-c',
        path.join(SOURCES, source),
        '-o',
        path.join(work, object),
      ]);
      return path.join(work, object);
    };
    const objects = await Promise.all([
      ...VARIANTS.flatMap(([name, ...flags]) =>
        sourcesOf(name).map((source) => compile(source, `${name}-${source.replace('.cc', '.o')}`, flags)),
      ),
      ...fs
        .readdirSync(SOURCES)
        .filter((name) => name.endsWith('.cc') && !PER_VARIANT.includes(name))
        .map((name) => compile(name, name.replace('.cc', '.o'), ['-DNAPI_VERSION=8', '-I', include])),
    ]);
    const link = process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared'];
    const linked = path.join(work, 'itool.node');
    await run(compiler, [...link, '-pthread', ...LEVEL, ...objects, '-o', linked]);
    const preload = sanitize ? { LD_PRELOAD: (await run(compiler, ['-print-file-name=libasan.so'])).trim() } : {};
    const isa = await run(process.execPath, ['-e', LOAD_TEST, linked], {
      env: { ...process.env, ...preload, ASAN_OPTIONS: 'detect_leaks=0' },
    });
    // Renamed, not written in place: another process may be running the old one.
    fs.renameSync(linked, target);
    record({ native: true, isa, digest });
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

build().catch((error) => {
  const reason = error.code === 'MODULE_NOT_FOUND' ? 'the package node-api-headers is not installed' : error.message;
  try {
    fs.rmSync(path.join(OUT, 'itool.node'), { force: true });
    record({ native: false, reason });
  } catch {
    // A read-only installation: the loader then reports that the addon is absent.
  }
  console.warn(
    `itool: native kernels are not built (${reason}); the slower wasm backend serves. For the fast path install g++ and run: node libs/tensor/native/install.cjs`,
  );
});
