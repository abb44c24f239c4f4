/** Eight bins per decade of ln(perplexity), 1e-4 to 10 nats per token: perplexity 1.0001 to 22026. */
const DECADES = [1e-4, 1e-3, 1e-2, 1e-1, 1];
const MANTISSAS = [
  1, 1.333521432163324, 1.7782794100389228, 2.371373705661655, 3.1622776601683795, 4.216965034285822, 5.623413251903491,
  7.498942093324559,
];

/** Bin edges in nats per token; the same for every run, so that histograms of different runs can be laid side by side. */
export const NLL_EDGES: readonly number[] = [...DECADES.flatMap((d) => MANTISSAS.map((m) => d * m)), 10];

export type PerplexityHistogram = {
  /** One entry per bin of `NLL_EDGES`; rows below the first edge are in the first bin, above the last edge in the last. */
  all: number[];
  selected: number[];
  rows: number;
  selected_rows: number;
  not_finite: number;
  /** Of all finite rows; null without rows. */
  median: number | null;
  /** Perplexity of the easiest and hardest selected row; null without selected rows. */
  selected_range: [number, number] | null;
};

/** Counts rows in fixed bins of log(ln perplexity). Perplexities of a trained policy crowd at 1, which bins of ln perplexity itself would merge. */
export function perplexityHistogram(
  rows: readonly { perplexity: number | null; selected: boolean }[],
): PerplexityHistogram {
  const bins = NLL_EDGES.length - 1;
  const all = new Array<number>(bins).fill(0);
  const selected = new Array<number>(bins).fill(0);
  const finite: number[] = [];
  const chosen: number[] = [];
  for (const row of rows) {
    if (row.perplexity === null || !Number.isFinite(row.perplexity)) continue;
    finite.push(row.perplexity);
    const bin = binOf(Math.log(Math.max(1, row.perplexity)));
    all[bin] = all[bin]! + 1;
    if (!row.selected) continue;
    chosen.push(row.perplexity);
    selected[bin] = selected[bin]! + 1;
  }
  finite.sort((a, b) => a - b);
  chosen.sort((a, b) => a - b);
  const middle = finite.length >> 1;
  const median = finite.length % 2 === 1 ? finite[middle]! : (finite[middle - 1]! + finite[middle]!) / 2;
  return {
    all,
    selected,
    rows: rows.length,
    selected_rows: chosen.length,
    not_finite: rows.length - finite.length,
    median: finite.length === 0 ? null : median,
    selected_range: chosen.length === 0 ? null : [chosen[0]!, chosen[chosen.length - 1]!],
  };
}

function binOf(nll: number): number {
  let bin = 0;
  while (bin < NLL_EDGES.length - 2 && nll >= NLL_EDGES[bin + 1]!) bin++;
  return bin;
}
