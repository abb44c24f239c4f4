import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Checks } from '../checks.ts';
import type { Soak } from '../soak.ts';

const ROOT = join(__dirname, '..', '..', '..', '..');
const NATIVE = join(ROOT, 'libs', 'tensor', 'native');
const SPECS = ['conformance', 'checkpoint', 'frozen-weight', 'kv-cache', 'native/'].map(
  (name) => `libs/tensor/src/${name}`,
);
/** One after the other: every table of kernels sees every test. Where the processor lacks one, a lesser one runs again. */
const INSTRUCTION_SETS = ['avx512', 'avx512bf16_emulated', 'avx2', 'portable'];

async function run(checks: Checks): Promise<void> {
  const library = spawnSync(process.env['CXX'] || 'g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout;
  if (!library?.includes('/')) {
    checks.skipped('sanitizers', 'the compiler has no libasan.so');
    return;
  }
  const sanitized = { ...process.env, ITOOL_SANITIZE: '1' };
  spawnSync(process.execPath, [join(NATIVE, 'install.cjs')], { env: sanitized, stdio: 'inherit' });
  const build = JSON.parse(readFileSync(join(NATIVE, 'build', 'sanitize', 'build.json'), 'utf8')) as {
    native: boolean;
  };
  checks.equal('builds with -fsanitize=address,undefined', 'true', String(build.native));
  for (const isa of build.native ? INSTRUCTION_SETS : []) {
    const start = performance.now();
    const jest = spawnSync(
      process.execPath,
      [require.resolve('jest/bin/jest'), '--runInBand', '--testTimeout=600000', ...SPECS],
      {
        cwd: ROOT,
        encoding: 'utf8',
        env: {
          ...sanitized,
          ITOOL_ISA: isa,
          LD_PRELOAD: library.trim(),
          // Node itself never frees what it has at its end.
          ASAN_OPTIONS: 'detect_leaks=0,abort_on_error=1',
          UBSAN_OPTIONS: 'print_stacktrace=1,halt_on_error=1',
        },
      },
    );
    const findings = jest.stderr.split('\n').filter((line) => /AddressSanitizer|runtime error|●/.test(line));
    const tests = /^Tests: .*$/m.exec(jest.stderr)?.[0] ?? `jest ended with ${jest.signal ?? jest.status}`;
    const seconds = (performance.now() - start) / 1000;
    checks.equal(
      `${isa}: findings`,
      '0',
      jest.status === 0 && findings.length === 0 ? '0' : [tests, ...findings].join('\n'),
      seconds,
    );
    checks.measured(`${isa}: tests`, tests);
  }
}

export const sanitizers: Soak = {
  name: 'sanitizers',
  about:
    'the tests of the native kernels, of each instruction set, under AddressSanitizer and UndefinedBehaviorSanitizer',
  run,
};
