import { baseCategory } from './category.ts';

export type Tally = { correct: number; total: number };

/** `v3oct` 2024-10 with executable categories, `v3last` the last v3 formula, `head` v4. */
export type ScoreFormula = 'v3oct' | 'v3last' | 'head';

/** An aggregate in [0, 1], with the categories it needs that have no rows; those count as 0, as on the leaderboard. */
export type Aggregate = { accuracy: number; missing: string[] };

export type Scores = {
  /** Accuracy of each given category; null without rows. */
  categories: Record<string, Tally & { accuracy: number | null }>;
  aggregates: Record<string, Aggregate>;
  /** Tallies by the names under which categories enter the aggregates. */
  merged: Record<string, Tally>;
};

/** An aggregate as a formula: unweighted or row-weighted mean of parts, a weighted sum, or one category. */
type Part =
  | string
  | { mean: readonly Part[] }
  | { byRows: readonly string[] }
  | { sum: readonly (readonly [number, Part])[] };

const V3_NAMES: Readonly<Record<string, string>> = {
  simple: 'simple_python',
  java: 'simple_java',
  javascript: 'simple_javascript',
};

const SIMPLE: Part = { mean: ['simple_python', 'simple_java', 'simple_javascript'] };
const NON_LIVE_AST: Part = { mean: [SIMPLE, 'multiple', 'parallel', 'parallel_multiple'] };
const SIMPLE_EXEC: Part = { mean: ['exec_simple', 'rest'] };
const EXEC = [SIMPLE_EXEC, 'exec_multiple', 'exec_parallel', 'exec_parallel_multiple'] as const;
const LIVE_AST_NAMES = ['live_simple', 'live_multiple', 'live_parallel', 'live_parallel_multiple'] as const;
const LIVE_AST: Part = { byRows: LIVE_AST_NAMES };
const LIVE_ALL: Part = { byRows: [...LIVE_AST_NAMES, 'live_irrelevance', 'live_relevance'] };
const IRRELEVANCE: Part = { mean: ['irrelevance', 'live_irrelevance'] };
const MULTI_TURN: Part = {
  mean: ['multi_turn_base', 'multi_turn_miss_func', 'multi_turn_miss_param', 'multi_turn_long_context'],
};
const WEB_SEARCH: Part = { mean: ['web_search_base', 'web_search_no_snippet'] };
const MEMORY: Part = { mean: ['memory_kv', 'memory_vector', 'memory_rec_sum'] };
const AGENTIC: Part = { mean: [WEB_SEARCH, MEMORY] };
const COMMON = {
  simple: SIMPLE,
  non_live_ast: NON_LIVE_AST,
  live_ast: LIVE_AST,
  multi_turn: MULTI_TURN,
  relevance: 'live_relevance',
  irrelevance: IRRELEVANCE,
} as const;

function withOverall(non_live: Part, more: Readonly<Record<string, Part>> = {}): Record<string, Part> {
  return { ...COMMON, ...more, non_live, live: LIVE_ALL, overall: { mean: [LIVE_ALL, non_live, MULTI_TURN] } };
}

const FORMULAS: Readonly<Record<ScoreFormula, Readonly<Record<string, Part>>>> = {
  v3oct: withOverall(
    { mean: [SIMPLE, 'multiple', 'parallel', 'parallel_multiple', ...EXEC, 'irrelevance'] },
    { non_live_exec: { mean: EXEC }, simple_exec: SIMPLE_EXEC },
  ),
  v3last: withOverall({ mean: [SIMPLE, 'multiple', 'parallel', 'parallel_multiple', 'irrelevance'] }),
  head: {
    ...COMMON,
    non_live: NON_LIVE_AST,
    live: LIVE_AST,
    web_search: WEB_SEARCH,
    memory: MEMORY,
    agentic: AGENTIC,
    overall: {
      sum: [
        [0.1, NON_LIVE_AST],
        [0.1, LIVE_AST],
        [0.1, IRRELEVANCE],
        [0.3, MULTI_TURN],
        [0.4, AGENTIC],
      ],
    },
  },
};

function categoriesIn(part: Part): string[] {
  if (typeof part === 'string') return [part];
  if ('byRows' in part) return [...part.byRows];
  return 'mean' in part ? part.mean.flatMap(categoriesIn) : part.sum.flatMap(([, inner]) => categoriesIn(inner));
}

function mergeBase(tallies: Readonly<Record<string, Tally>>): Map<string, Tally> {
  const merged = new Map<string, Tally>();
  for (const [category, { correct, total }] of Object.entries(tallies)) {
    const name = scoredCategory(category);
    const tally = merged.get(name) ?? { correct: 0, total: 0 };
    merged.set(name, { correct: tally.correct + correct, total: tally.total + total });
  }
  return merged;
}

/**
 * Rows that a category without results still weighs in a row-weighted mean, by the counts of the official data; formulas before
 * 2024-12 give it no weight.
 */
const OFFICIAL_ROWS: Readonly<Record<ScoreFormula, Readonly<Record<string, number>>>> = {
  v3oct: {},
  v3last: {
    live_simple: 258,
    live_multiple: 1053,
    live_parallel: 16,
    live_parallel_multiple: 24,
    live_irrelevance: 882,
    live_relevance: 18,
  },
  head: { live_simple: 258, live_multiple: 1053, live_parallel: 16, live_parallel_multiple: 24 },
};

/** Name under which a category enters the aggregates: v3 names count as v4 names, `_seen` and `_unseen` parts as one. */
export function scoredCategory(category: string): string {
  const base = baseCategory(category);
  return Object.hasOwn(V3_NAMES, base) ? V3_NAMES[base]! : base;
}

/** Names of the aggregates of a formula. */
export function aggregateNames(formula: ScoreFormula): string[] {
  return Object.keys(FORMULAS[formula]);
}

/** Categories an aggregate is made of. */
export function categoriesOf(aggregate: string, formula: ScoreFormula): string[] {
  const part = FORMULAS[formula][aggregate];
  return part === undefined ? [] : [...new Set(categoriesIn(part))];
}

/**
 * Category accuracies and the aggregates of a leaderboard formula (specification 7). Categories keep their given names;
 * for the aggregates v3 names count as v4 names and `_seen` / `_unseen` parts are put together.
 */
export function scoreCategories(tallies: Readonly<Record<string, Tally>>, formula: ScoreFormula = 'v3last'): Scores {
  const merged = mergeBase(tallies);
  const has = (category: string) => (merged.get(category)?.total ?? 0) > 0;
  const accuracy = (category: string) =>
    has(category) ? merged.get(category)!.correct / merged.get(category)!.total : 0;
  const rows = (category: string) => merged.get(category)?.total || OFFICIAL_ROWS[formula][category] || 0;
  const value = (part: Part): number => {
    if (typeof part === 'string') return accuracy(part);
    if ('mean' in part) return part.mean.reduce((total, inner) => total + value(inner), 0) / part.mean.length;
    if ('sum' in part) return part.sum.reduce((total, [weight, inner]) => total + weight * value(inner), 0);
    const weight = part.byRows.reduce((total, category) => total + rows(category), 0);
    return weight === 0
      ? 0
      : part.byRows.reduce((total, category) => total + accuracy(category) * rows(category), 0) / weight;
  };
  const categories = Object.entries(tallies).map(([category, { correct, total }]) => [
    category,
    { correct, total, accuracy: total > 0 ? correct / total : null },
  ]);
  const aggregates = Object.entries(FORMULAS[formula]).map(([name, part]) => [
    name,
    { accuracy: value(part), missing: [...new Set(categoriesIn(part))].filter((category) => !has(category)) },
  ]);
  return {
    categories: Object.fromEntries(categories),
    aggregates: Object.fromEntries(aggregates),
    merged: Object.fromEntries(merged),
  };
}
