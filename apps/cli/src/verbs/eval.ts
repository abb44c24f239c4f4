import { ItoolError } from '@itool/record';
import type { EvalOptions } from '../evaluate/eval-bfcl.ts';
import type { Terminal } from '../terminal.ts';

type Benchmark = (terminal: Terminal, options: EvalOptions) => Promise<void>;

/** Benchmarks by name; each is loaded when it is asked for. */
const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'api-bank': async () => (await import('../evaluate/eval-api-bank.ts')).evalApiBank,
  bfcl: async () => (await import('../evaluate/eval-bfcl.ts')).evalBfcl,
};

/** Evaluates a model on a benchmark, without a pipeline. */
export async function evalVerb(terminal: Terminal, benchmark: string, options: EvalOptions): Promise<void> {
  const load = Object.hasOwn(BENCHMARKS, benchmark) ? BENCHMARKS[benchmark] : undefined;
  if (load === undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: `eval: no such benchmark: ${JSON.stringify(benchmark)} (valid: ${Object.keys(BENCHMARKS).join(', ')})`,
      hint: 'For example: itool eval bfcl --model itool.sft-hard --data <folder>',
    });
  }
  await (await load())(terminal, options);
}
