import { useBackend } from '@itool/tensor';
import { type BenchArguments, readArguments, USAGE } from './bench-arguments.ts';
import { benchAdapter, benchIds, benchWeights } from './bench-model.ts';
import { benchConfig } from './bench-sizes.ts';
import { comparePairs, outputOf, words } from './compare-with-peer.ts';
import { jsonLine, lastJsonLine } from './json-line.ts';
import { printRatios, ratiosOf } from './ratios.ts';
import { type BenchFigures, runBench } from './run-bench.ts';
import { SAME_WORK_STEPS, SAME_WORK_TOLERANCE, sameWorkLosses, writeSameWork } from './same-work.ts';

/** Exit status: 0 done, 1 the losses of --same-work differ or a run has failed, 2 the command line is wrong. */
async function main(argv: string[]): Promise<number> {
  if (argv[0] === 'evaluators') {
    const { benchEvaluators } = await import('./evaluators.ts');
    return benchEvaluators(argv.slice(1), (line) => process.stdout.write(`${line}\n`));
  }
  let options: BenchArguments;
  try {
    options = readArguments(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const write = (line: string) => process.stdout.write(`${line}\n`);
  if (options.make_same_work !== undefined) {
    const config = benchConfig(options.size);
    const ids = benchIds(options.batch, options.seq, config.vocab_size, 'same-work');
    const files = writeSameWork(options.make_same_work, benchWeights(config), benchAdapter(config).weights, ids);
    write(files.join(' '));
    return 0;
  }
  if (options.same_work !== undefined) return sameWork({ ...options, same_work: options.same_work }, write);
  if (options.peer === undefined) {
    const figures = await runBench(options);
    write(options.json ? jsonLine(figures) : table(figures));
    return 0;
  }
  const pairs = await comparePairs({ ...options, peer: options.peer }, (line) => process.stderr.write(`${line}\n`));
  const ratios = ratiosOf(pairs);
  write(options.json ? JSON.stringify({ size: options.size, ratios }) : printRatios(ratios));
  return 0;
}

async function sameWork(
  options: BenchArguments & { same_work: readonly [string, string] },
  write: (line: string) => void,
): Promise<number> {
  process.env['ITOOL_THREADS'] = String(options.threads);
  await useBackend('auto');
  const losses = await sameWorkLosses(benchConfig(options.size), options.same_work);
  const line: Record<string, unknown> = { size: options.size, steps: SAME_WORK_STEPS, losses, loss: losses.at(-1) };
  if (options.peer === undefined) {
    write(JSON.stringify(line));
    return 0;
  }
  const command = [...words(options.peer), '--size', options.size, '--threads', String(options.threads)];
  const peer = lastJsonLine(await outputOf([...command, ...options.same_work]));
  const difference = Math.abs(losses.at(-1)! - Number(peer['loss']));
  const equal = difference <= SAME_WORK_TOLERANCE;
  write(JSON.stringify({ ...line, peer_loss: peer['loss'], difference, tolerance: SAME_WORK_TOLERANCE, equal }));
  return equal ? 0 : 1;
}

function table(figures: BenchFigures): string {
  return Object.entries(figures)
    .map(([key, value]) => `${key.padEnd(24)}${typeof value === 'number' ? Number(value.toPrecision(6)) : value}`)
    .join('\n');
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
