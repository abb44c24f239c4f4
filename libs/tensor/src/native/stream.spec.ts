import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { addon, describeNative, numbers } from './addon-for-tests.ts';

const N = 64;
const SIZE = N * N;

describeNative('command stream', () => {
  const block = (seed: number) => {
    const handle = addon().allocate(SIZE);
    addon().write(handle, SIZE, numbers(SIZE, seed));
    return handle;
  };
  const read = (handle: number) => {
    const values = new Float32Array(SIZE);
    addon().readSync(handle, SIZE, values);
    return values;
  };

  afterEach(() => {
    addon().limitMemory(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  });

  it('gives blocks the results that arrays get at once', () => {
    const [x, w, y] = [block(1), block(2), addon().allocate(SIZE)];
    addon().linear(N, N, N, x, w, undefined, y);
    const expected = new Float32Array(SIZE);
    addon().linear(N, N, N, numbers(SIZE, 1), numbers(SIZE, 2), undefined, expected);
    expect(read(y)).toEqual(expected);
    for (const handle of [x, w, y]) addon().release(handle);
  });

  it('runs commands in order, with more of them than the queue has room for, in memory that is released and given away at once', () => {
    let sum = block(0);
    let expected = numbers(SIZE, 0);
    const before = addon().memory(true).in_use;
    for (let i = 1; i <= 10_000; i++) {
      const [term, next] = [addon().allocate(SIZE), addon().allocate(SIZE)];
      addon().fill(term, SIZE, i);
      addon().binary(0, SIZE, sum, term, next);
      addon().release(sum);
      addon().release(term);
      sum = next;
      expected = expected.map((x) => x + i);
      if (i === 50) {
        expect(read(sum)).toEqual(expected);
        // From here on the last term alone counts, and 10,000 arrays need not be added in JavaScript.
        addon().fill(sum, SIZE, 0);
        expected = new Float32Array(SIZE);
      }
      if (i > 50) {
        addon().fill(sum, SIZE, i);
        expected = i === 10_000 ? new Float32Array(SIZE).fill(i) : expected.subarray(0, 0);
      }
    }
    expect(read(sum)).toEqual(expected);
    expect(addon().memory(false).peak - before).toBeLessThanOrEqual(2 * 4 * SIZE);
    addon().release(sum);
    expect(addon().memory(false).in_use).toBe(before - 4 * SIZE);
  });

  it('resolves a fence after the commands before it, while JavaScript goes on', async () => {
    const [x, y] = [block(1), addon().allocate(SIZE)];
    addon().transpose(N, N, x, y);
    const out = new Float32Array(SIZE);
    const reading = addon().read(y, SIZE, out);
    addon().fill(y, SIZE, 5);
    await Promise.all([reading, addon().fence()]);
    const values = numbers(SIZE, 1);
    expect(out).toEqual(values.map((_, i) => values[(i % N) * N + Math.floor(i / N)]!));
    for (const handle of [x, y]) addon().release(handle);
  });

  it('keeps what a command throws for the next fence, with kernel and sizes, and skips the commands in between', async () => {
    const [x, weight, out] = [block(1), block(2), addon().allocate(N)];
    addon().fill(out, N, 7);
    addon().sync();
    addon().limitMemory(Number.POSITIVE_INFINITY, 1);
    const targets = new Int32Array(N);
    const message = `native: TokenLogProbs: out of memory [N=${N}, D=${N}, V=${N}]`;

    addon().tokenLogProbs(N, N, N, x, weight, targets, out, undefined);
    addon().fill(out, N, 8);
    await expect(addon().fence()).rejects.toThrow(message);

    addon().tokenLogProbs(N, N, N, x, weight, targets, out, undefined);
    expect(() => addon().sync()).toThrow(message);
    addon().sync();

    addon().limitMemory(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    const values = new Float32Array(N);
    addon().readSync(out, N, values);
    expect(values).toEqual(new Float32Array(N).fill(7));
    for (const handle of [x, weight, out]) addon().release(handle);
  });

  it('refuses wrong arguments at once, with kernel and sizes', () => {
    const x = block(1);
    expect(() => addon().linear(N, N, 2 * N, x, x, undefined, x)).toThrow(
      `native: Linear: weight has ${SIZE} elements, not ${2 * SIZE} [N=${N}, K=${N}, O=${2 * N}]`,
    );
    addon().release(x);
    expect(() => addon().release(x)).toThrow('native: release: no live block of memory');
    const other = block(2);
    expect(() => addon().fill(x, SIZE, 1)).toThrow('native: fill: x is no live block of memory');
    addon().release(other);
    expect(() => addon().fill(0.5, SIZE, 1)).toThrow('no live block');
    addon().limitMemory(1000, Number.POSITIVE_INFINITY);
    expect(() => addon().allocate(SIZE)).toThrow(/native: allocate: out of memory: 16384 bytes .*count=4096/);
  });

  it('gives neighbouring free memory to a larger block', () => {
    const blocks = Array.from({ length: 8 }, () => addon().allocate(SIZE));
    const before = addon().memory(true).in_use;
    for (const index of [1, 3, 2, 4]) addon().release(blocks[index]!);
    const large = addon().allocate(4 * SIZE);
    expect(addon().memory(false)).toMatchObject({ in_use: before, peak: before });
    for (const handle of [large, ...[0, 5, 6, 7].map((index) => blocks[index]!)]) addon().release(handle);
  });

  describe('in a process of its own', () => {
    const file = join(__dirname, '..', '..', 'native', 'build', 'itool.node');
    const start = `
const addon = require(${JSON.stringify(file)});
const [n, x, y] = [512, addon.allocate(512 * 512), addon.allocate(512 * 512)];
addon.fill(x, n * n, 1);
for (let i = 0; i < 200; i++) addon.linear(n, n, n, x, x, undefined, y);
`;
    const run = (script: string, env: Record<string, string> = {}) => {
      const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', start + script], {
        encoding: 'utf8',
        timeout: 30_000,
        env: { ...process.env, ITOOL_SANITIZE: '0', ...env },
      });
      return { status, signal, stdout, stderr };
    };

    it('ends with commands queued, however the process ends', () => {
      expect(run('')).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
      expect(run('process.exit(3)').status).toBe(3);
      expect(run('addon.fence(); process.exit(4)').status).toBe(4);
      expect(run("setImmediate(() => { throw new Error('expected') })").status).toBe(1);
      const worker = `new (require('node:worker_threads').Worker)(${JSON.stringify(start)}, { eval: true }).on('exit', () => console.log('ended'))`;
      expect(run(worker).stdout).toBe('ended\n');
      const killed = `const worker = new (require('node:worker_threads').Worker)(${JSON.stringify(`${start} addon.fence()`)}, { eval: true });
worker.on('online', () => setTimeout(() => worker.terminate().then(() => console.log('terminated')), 20))`;
      expect(run(killed).stdout).toBe('terminated\n');
    });

    it('waits for a promise before the process ends', () => {
      expect(run("addon.fence().then(() => process.stdout.write('done'))").stdout).toBe('done');
    });

    it('throws where the command was given with ITOOL_SYNC=1', () => {
      const script = `
addon.limitMemory(Infinity, 1);
try { addon.tokenLogProbs(1, 512, 512, addon.allocate(512), x, new Int32Array(1), addon.allocate(1), undefined); }
catch (error) { process.stdout.write(error.message); }
`;
      expect(run(script, { ITOOL_SYNC: '1' }).stdout).toBe('native: TokenLogProbs: out of memory [N=1, D=512, V=512]');
      expect(run(script).stdout).toBe('');
    });
  });
});
