import { seedFrom } from '@itool/random';
import { parseCalls } from '@itool/tool-call';

export type RowClass = 'call' | 'no_call';

/** `call` when the text holds at least one readable call. */
export function rowClass(target: string): RowClass {
  return parseCalls(target).calls.length > 0 ? 'call' : 'no_call';
}

export type ScoredRow = { row_id: string; perplexity: number; n_tokens: number; class: RowClass };

export type RankedRow = {
  row_id: string;
  /** Null when the score was not finite. */
  perplexity: number | null;
  n_tokens: number;
  class: RowClass;
  /** Place in its stratum, 0 for the most difficult row and below 1; 1 for a row without perplexity. */
  percentile: number;
  selected: boolean;
};

export type Selection = {
  /** Share [low, high] of the rows by descending perplexity: [0, 0.1] are the most difficult 10 %. */
  band: readonly [number, number];
  /** Rank call and no-call rows apart: prose has the higher perplexity and would fill the top (specs: itool, section 5). */
  stratified: boolean;
  /** Classes that may be selected; all are ranked. */
  classes: readonly RowClass[];
  /** At most this many rows, drawn by a hash of row id and seed. */
  limit?: { max_rows: number; seed: number };
};

/** Selection of the most difficult `share` of each class, at least one row of each. */
export function topShare(share: number): Selection {
  return { band: [0, share], stratified: true, classes: ['call', 'no_call'] };
}

/**
 * Ranks rows by perplexity, descending, ties by row id, and selects a band of each stratum: of n rows those from floor(low n)
 * to floor(high n), one at least. Rows without finite perplexity are counted in `skipped` and never selected. Output in
 * the order of the input.
 */
export function rankRows(rows: readonly ScoredRow[], selection: Selection): { ranked: RankedRow[]; skipped: number } {
  const finite = rows.filter((row) => Number.isFinite(row.perplexity));
  const strata = selection.stratified
    ? (['call', 'no_call'] as const).map((name) => finite.filter((row) => row.class === name))
    : [finite];
  const percentiles = new Map<string, number>();
  let chosen: string[] = [];
  for (const stratum of strata) {
    const order = [...stratum].sort((x, y) => y.perplexity - x.perplexity || compareText(x.row_id, y.row_id));
    const start = wholeShare(selection.band[0], order.length);
    const end = Math.max(start + 1, wholeShare(selection.band[1], order.length));
    order.forEach((row, i) => {
      percentiles.set(row.row_id, i / order.length);
      if (i >= start && i < end && selection.classes.includes(row.class)) chosen.push(row.row_id);
    });
  }
  if (selection.limit) chosen = draw(chosen, selection.limit);
  const selected = new Set(chosen);
  return {
    ranked: rows.map((row) => ({
      row_id: row.row_id,
      perplexity: percentiles.has(row.row_id) ? row.perplexity : null,
      n_tokens: row.n_tokens,
      class: row.class,
      percentile: percentiles.get(row.row_id) ?? 1,
      selected: selected.has(row.row_id),
    })),
    skipped: rows.length - finite.length,
  };
}

/** How many of `selected` were selected before as well, and their share of `selected`. */
export function selectionOverlap(
  selected: readonly string[],
  previous: readonly string[],
): { count: number; share: number } {
  const before = new Set(previous);
  const count = selected.filter((id) => before.has(id)).length;
  return { count, share: selected.length === 0 ? 0 : count / selected.length };
}

/** floor(share x n) without losing one to the rounding of, for example, 0.29 x 100. */
function wholeShare(share: number, n: number): number {
  return Math.floor(share * n + 1e-9);
}

function draw(ids: readonly string[], { max_rows, seed }: { max_rows: number; seed: number }): string[] {
  const keyed = ids.map((id) => ({ id, key: seedFrom(seed, ['rank', id]) }));
  keyed.sort((x, y) => x.key[0] - y.key[0] || x.key[1] - y.key[1] || compareText(x.id, y.id));
  return keyed.slice(0, max_rows).map(({ id }) => id);
}

function compareText(x: string, y: string): number {
  return x < y ? -1 : x > y ? 1 : 0;
}
