import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describeNative } from './addon-for-tests.ts';

const FILE = join(__dirname, '..', '..', 'native', 'build', 'itool.node');

const MULTIPLY = `
const addon = require(${JSON.stringify(FILE)});
addon.setThreads(3);
function multiply() {
  const [n, x, out] = [128, new Float32Array(128 * 128).fill(1), new Float32Array(128 * 128)];
  for (let i = 0; i < 50; i++) addon.linear(n, n, n, x, x, undefined, out);
  if (!out.every((value) => value === n)) throw new Error('wrong product');
}
multiply();
`;

function run(script: string) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { ...process.env, ITOOL_SANITIZE: '0' },
  });
  return { status, signal, stdout, stderr };
}

describeNative('native threads', () => {
  it('end with the process, however it ends', () => {
    expect(run(MULTIPLY)).toEqual({ status: 0, signal: null, stdout: '', stderr: '' });
    expect(run(`${MULTIPLY} process.exit(3);`).status).toBe(3);
    expect(run(`${MULTIPLY} setImmediate(() => { throw new Error('expected'); });`).status).toBe(1);
  });

  it('serve several JavaScript threads at once, and those that come after others have ended', () => {
    const script = `
const { Worker } = require('node:worker_threads');
${MULTIPLY}
let left = 3;
const ended = () => { multiply(); if (--left === 0) process.stdout.write('done'); };
for (let i = 0; i < 3; i++) {
  const worker = new Worker(${JSON.stringify(MULTIPLY)}, { eval: true });
  worker.on('error', (error) => { throw error; });
  worker.on('exit', ended);
}
multiply();
`;
    expect(run(script)).toEqual({ status: 0, signal: null, stdout: 'done', stderr: '' });
  });
});
