import type { BenchWork } from './bench-arguments.ts';
import { median } from './median.ts';
import type { BenchFigures } from './run-bench.ts';

/** What one pair measured: this engine once, and the peer once in each of its number formats. */
export type Pair = { work: BenchWork; ours: BenchFigures; peers: readonly BenchFigures[] };

export type Ratio = { key: string; ours: number; peer: number; peer_dtype: string; ratios: number[] };

const RATES: Record<BenchWork, readonly string[]> = {
  train: ['train_tok_s'],
  score: ['score_tok_s'],
  decode: ['decode_tok_s_b1', 'decode_tok_s_b8', 'decode_tok_s_b32'],
};

/**
 * Ratios of all pairs by figure: rates to the peer's better format of that pair, and for training memory above the base process to that of
 * the format whose rate was better. `ours` and `peer` are medians.
 */
export function ratiosOf(pairs: readonly Pair[]): Ratio[] {
  const works = [...new Set(pairs.map(({ work }) => work))];
  return works.flatMap((work) => {
    const own = pairs.filter((pair) => pair.work === work);
    const rates = RATES[work].map((key) =>
      summary(
        key,
        own.map((pair) => comparison(pair, key, (x) => x[key])),
      ),
    );
    if (work !== 'train') return rates;
    return [
      ...rates,
      summary(
        'train_memory_mib',
        own.map((pair) => comparison(pair, 'train_tok_s', aboveBase)),
      ),
    ];
  });
}

type Comparison = { ours: number; peer: number; dtype: string };

function comparison(pair: Pair, rate: string, value: (x: BenchFigures) => unknown): Comparison {
  const best = pair.peers.reduce((a, b) => (Number(b[rate]) > Number(a[rate]) ? b : a));
  return { ours: Number(value(pair.ours)), peer: Number(value(best)), dtype: String(best['dtype']) };
}

function aboveBase(figures: BenchFigures): number {
  return Number(figures['rss_mib']) - Number(figures['base_rss_mib']);
}

function summary(key: string, comparisons: readonly Comparison[]): Ratio {
  return {
    key,
    ours: median(comparisons.map(({ ours }) => ours)),
    peer: median(comparisons.map(({ peer }) => peer)),
    peer_dtype: [...new Set(comparisons.map(({ dtype }) => dtype))].join('/'),
    ratios: comparisons.map(({ ours, peer }) => ours / peer),
  };
}

/** Table with ratio min, median, max. */
export function printRatios(ratios: readonly Ratio[]): string {
  const rows = [
    ['figure', 'itool', 'peer', 'peer dtype', 'ratio min', 'median', 'max'],
    ...ratios.map(({ key, ours, peer, peer_dtype, ratios: all }) => [
      key,
      ours.toFixed(1),
      peer.toFixed(1),
      peer_dtype,
      ...[Math.min(...all), median(all), Math.max(...all)].map((ratio) => ratio.toFixed(2)),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}
