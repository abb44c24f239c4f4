import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { descendants, killTree } from './process-tree.ts';

it('kills a process with its children, also those in sessions of their own', async () => {
  const script = `
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref();
    process.stdout.write('started');
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', script]);
  const ended = new Promise((resolve) => parent.on('exit', (_, signal) => resolve(signal)));
  await new Promise((resolve) => parent.stdout.once('data', resolve));
  const children = descendants(parent.pid!);
  expect(children).toHaveLength(1);
  killTree(parent.pid!);
  expect(await ended).toBe('SIGKILL');
  for (let i = 0; i < 100 && isRunning(children[0]!); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isRunning(children[0]!)).toBe(false);
});

/** A zombie, which nobody has waited for yet, no longer runs. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
