import { parseArgs } from 'node:util';
import { BENCH_SIZES, type BenchSize } from './bench-sizes.ts';

export type BenchWork = 'train' | 'score' | 'decode';
export type BenchDtype = 'fp32' | 'bf16';

export const WORKS: readonly BenchWork[] = ['score', 'decode', 'train'];
const DTYPES: readonly BenchDtype[] = ['fp32', 'bf16'];

export type BenchArguments = {
  size: BenchSize;
  /** how frozen weights are stored */
  dtype: BenchDtype;
  threads: number;
  batch: number;
  seq: number;
  /** timed repetitions of training and scoring, after one that is not timed; the median counts */
  steps: number;
  only?: BenchWork;
  json: boolean;
  /** command line of the peer, to which the bench adds --size, --dtype, --threads, --batch, --seq and --only */
  peer?: string;
  pairs: number;
  /** safetensors file and JSON file of token ids */
  same_work?: readonly [string, string];
  /** folder to write such a pair of files into */
  make_same_work?: string;
};

export const USAGE = `usage: npm run bench -- --size ${BENCH_SIZES.join('|')} --dtype ${DTYPES.join('|')} --threads 2 --json [--only ${WORKS.join('|')}]
       npm run bench -- --size tiny --dtype bf16 --peer "python peer_hf.py" [--pairs 3] [--only train|score|decode]
       npm run bench -- --size tiny --make-same-work <folder>
       npm run bench -- --size tiny --same-work <safetensors> <ids.json> [--peer "python tools/bench/peer/same_work_hf.py"]
       npm run bench -- evaluators --data <folder of the official BFCL files>
       --batch 8, --seq 512 and --steps 5 as in the peer's script
`;

/** @throws Error that tells what is wrong, then the usage */
export function readArguments(argv: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'tiny' },
      dtype: { type: 'string', default: 'fp32' },
      threads: { type: 'string', default: '2' },
      batch: { type: 'string', default: '8' },
      seq: { type: 'string', default: '512' },
      steps: { type: 'string', default: '5' },
      pairs: { type: 'string', default: '3' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      peer: { type: 'string' },
      'same-work': { type: 'boolean', default: false },
      'make-same-work': { type: 'string' },
    },
  });
  if (positionals.length !== (values['same-work'] ? 2 : 0))
    throw new Error(
      `bench: ${values['same-work'] ? '--same-work takes a safetensors file and a file of ids' : 'unexpected argument'}: ${positionals.join(' ')}`,
    );
  return {
    size: oneOf('--size', values.size, BENCH_SIZES),
    dtype: oneOf('--dtype', values.dtype, DTYPES),
    threads: count('--threads', values.threads),
    batch: count('--batch', values.batch),
    seq: count('--seq', values.seq, 2),
    steps: count('--steps', values.steps),
    pairs: count('--pairs', values.pairs),
    json: values.json,
    ...(values.only === undefined ? {} : { only: oneOf('--only', values.only, WORKS) }),
    ...(values.peer === undefined ? {} : { peer: values.peer }),
    ...(values['same-work'] ? { same_work: [positionals[0]!, positionals[1]!] as const } : {}),
    ...(values['make-same-work'] === undefined ? {} : { make_same_work: values['make-same-work'] }),
  };
}

function oneOf<T extends string>(option: string, value: string, valid: readonly T[]): T {
  const found = valid.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`bench: ${option} is not known: ${value} (${valid.join(', ')})`);
  return found;
}

function count(option: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`bench: ${option} is not a whole number of at least ${least}: ${text}`);
  return value;
}
