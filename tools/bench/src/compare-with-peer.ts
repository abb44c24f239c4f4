import { spawn } from 'node:child_process';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type BenchArguments, type BenchWork, WORKS } from './bench-arguments.ts';
import { jsonLine, lastJsonLine } from './json-line.ts';
import type { Pair } from './ratios.ts';
import type { BenchFigures } from './run-bench.ts';

const ROOT = join(__dirname, '..', '..', '..');

/**
 * Runs the peer (in fp32 and bf16) and this engine in turn, each in a process of its own and for one work at a time, so that peak memory is
 * that of the work.
 *
 * @param log gets each line of figures, with the load of the machine before it
 */
export async function comparePairs(
  options: BenchArguments & { peer: string },
  log: (line: string) => void,
): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const run = async (command: readonly string[]): Promise<BenchFigures> => {
    const load = loadavg()[0]!;
    const figures = lastJsonLine(await outputOf(command));
    log(`load ${load.toFixed(1)} ${jsonLine(figures)}`);
    return figures;
  };
  for (let i = 0; i < options.pairs; i++)
    for (const work of options.only === undefined ? WORKS : [options.only]) {
      const peers: BenchFigures[] = [];
      for (const dtype of ['fp32', 'bf16'] as const)
        peers.push(await run([...words(options.peer), ...settings(options, work, dtype)]));
      const ours = await run([...ownCommand(), ...settings(options, work, options.dtype), '--json']);
      pairs.push({ work, ours, peers });
    }
  return pairs;
}

/** How this program is started again. */
export function ownCommand(): string[] {
  return [
    process.execPath,
    '-r',
    join(ROOT, 'tools', 'register', 'register.cjs'),
    join(ROOT, 'tools', 'bench', 'src', 'main.ts'),
  ];
}

function settings(options: BenchArguments, work: BenchWork, dtype: string): string[] {
  const { size, threads, batch, seq, steps } = options;
  const numbers = Object.entries({ threads, batch, seq, steps }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ]);
  return ['--size', size, '--dtype', dtype, ...numbers, '--only', work];
}

/** Words of a command line; quotes keep words together. */
export function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3]!);
}

/** What the program wrote to its standard output. @throws Error with the end of its error output when it fails */
export function outputOf([program, ...args]: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new Error(`bench: ${program} ended with status ${code}: ${err.trim().slice(-600)}`));
    });
  });
}
