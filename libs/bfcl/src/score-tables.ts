import { type ScoreFormula, scoreCategories, type Tally } from './score-categories.ts';

/** One CSV file of the leaderboard as the official tool writes it. */
export type ScoreTable = { file: string; header: string[]; rows: string[][] };

export type ModelTallies = {
  /** Name as the leaderboard shows it; a comma would break the official format and becomes a space. */
  model: string;
  tallies: Readonly<Record<string, Tally>>;
};

/** A column and the category or aggregate it shows; null for what is not measured here (cost, latency, links). */
type Column = readonly [header: string, value: string | null];

const UNMEASURED: readonly Column[] = [
  ['Latency Mean (s)', null],
  ['Latency Standard Deviation (s)', null],
  ['Latency 95th Percentile (s)', null],
];
const NON_LIVE_AST: readonly Column[] = [
  ['Non-Live AST Acc', 'non_live_ast'],
  ['Non-Live Simple AST', 'simple'],
  ['Non-Live Multiple AST', 'multiple'],
  ['Non-Live Parallel AST', 'parallel'],
  ['Non-Live Parallel Multiple AST', 'parallel_multiple'],
];
const NON_LIVE_EXEC: readonly Column[] = [
  ['Non-Live Exec Acc', 'non_live_exec'],
  ['Non-Live Simple Exec', 'simple_exec'],
  ['Non-Live Multiple Exec', 'exec_multiple'],
  ['Non-Live Parallel Exec', 'exec_parallel'],
  ['Non-Live Parallel Multiple Exec', 'exec_parallel_multiple'],
];
const LIVE: readonly Column[] = [
  ['Live Acc', 'live'],
  ['Live Simple AST', 'live_simple'],
  ['Live Multiple AST', 'live_multiple'],
  ['Live Parallel AST', 'live_parallel'],
  ['Live Parallel Multiple AST', 'live_parallel_multiple'],
];
const MULTI_TURN: readonly Column[] = [
  ['Multi Turn Acc', 'multi_turn'],
  ['Multi Turn Base', 'multi_turn_base'],
  ['Multi Turn Miss Func', 'multi_turn_miss_func'],
  ['Multi Turn Miss Param', 'multi_turn_miss_param'],
  ['Multi Turn Long Context', 'multi_turn_long_context'],
];
const AGENTIC: readonly Column[] = [
  ['Web Search Acc', 'web_search'],
  ['Web Search Base', 'web_search_base'],
  ['Web Search No Snippet', 'web_search_no_snippet'],
  ['Memory Acc', 'memory'],
  ['Memory KV', 'memory_kv'],
  ['Memory Vector', 'memory_vector'],
  ['Memory Recursive Summarization', 'memory_rec_sum'],
];
const RELEVANCE: readonly Column[] = [
  ['Relevance Detection', 'relevance'],
  ['Irrelevance Detection', 'irrelevance'],
];
const FORMAT: readonly Column[] = [
  ['Format Sensitivity Max Delta', null],
  ['Format Sensitivity Standard Deviation', null],
];
const AST_GROUPS: readonly Column[] = [
  ['Simple AST', 'simple'],
  ['Python Simple AST', 'simple_python'],
  ['Java Simple AST', 'simple_java'],
  ['JavaScript Simple AST', 'simple_javascript'],
  ['Multiple AST', 'multiple'],
  ['Parallel AST', 'parallel'],
  ['Parallel Multiple AST', 'parallel_multiple'],
];
const EXEC_GROUPS: readonly Column[] = [
  ['Simple Exec', 'simple_exec'],
  ['Python Simple Exec', 'exec_simple'],
  ['REST Simple Exec', 'rest'],
  ['Multiple Exec', 'exec_multiple'],
  ['Parallel Exec', 'exec_parallel'],
  ['Parallel Multiple Exec', 'exec_parallel_multiple'],
];
const NON_LIVE_IRRELEVANCE: Column = ['Irrelevance Detection', 'category:irrelevance'];
const OWNER: readonly Column[] = [
  ['Organization', null],
  ['License', null],
];

function overallColumns(formula: ScoreFormula): readonly Column[] {
  const cost = formula === 'v3oct' ? 'Cost ($ Per 1k Function Calls)' : 'Total Cost ($)';
  const oct = formula === 'v3oct';
  return [
    [cost, null],
    ...UNMEASURED,
    ...NON_LIVE_AST,
    ...(oct ? NON_LIVE_EXEC : []),
    ...LIVE,
    ...MULTI_TURN,
    ...(oct ? ([['Multi Turn Composite', null]] as const) : []),
    ...(formula === 'head' ? AGENTIC : []),
    ...RELEVANCE,
    ...(formula === 'head' ? FORMAT : []),
    ...OWNER,
  ];
}

function detailTables(formula: ScoreFormula): readonly (readonly [file: string, columns: readonly Column[]])[] {
  const oct = formula === 'v3oct';
  const non_live: readonly Column[] = [
    [formula === 'head' ? 'Non-Live Overall Acc' : 'Non_Live Overall Acc', 'non_live'],
    ['AST Summary', 'non_live_ast'],
    ...(oct ? ([['Exec Summary', 'non_live_exec']] as const) : []),
    ...AST_GROUPS,
    ...(oct ? EXEC_GROUPS : []),
    NON_LIVE_IRRELEVANCE,
  ];
  const live: readonly Column[] = [
    ['Live Overall Acc', 'live'],
    ['AST Summary', 'live_ast'],
    ['Python Simple AST', 'live_simple'],
    ['Python Multiple AST', 'live_multiple'],
    ['Python Parallel AST', 'live_parallel'],
    ['Python Parallel Multiple AST', 'live_parallel_multiple'],
    ['Irrelevance Detection', 'live_irrelevance'],
    ['Relevance Detection', 'live_relevance'],
  ];
  const multi_turn: readonly Column[] = MULTI_TURN.map(([header, value]) =>
    header === 'Multi Turn Acc' ? ['Multi Turn Overall Acc', value] : [header.replace('Multi Turn ', ''), value],
  );
  return [
    ['data_non_live.csv', non_live],
    ['data_live.csv', live],
    ...(oct ? [] : ([['data_multi_turn.csv', multi_turn]] as const)),
  ];
}

/** Sums over everything show a figure although categories are missing; all other cells then say N/A (not in the table of 2024-10). */
const ALWAYS_SHOWN = ['overall', 'non_live', 'live', 'multi_turn', 'agentic'];

/** Python `'{:.2f}%'.format(100 * share)`: ties, which only eighths can be, go to the even digit. */
export function percentCell(share: number): string {
  const percent = share * 100;
  const tie = Number.isInteger(percent * 8) && !Number.isInteger(percent * 4);
  if (!tie) return `${percent.toFixed(2)}%`;
  const below = Math.floor(percent * 100);
  return `${((below % 2 === 0 ? below : below + 1) / 100).toFixed(2)}%`;
}

/**
 * The leaderboard tables of the official tool: models by descending accuracy with their rank, percentages with two decimals. Cost,
 * latency and ownership are not known here and are N/A. The overall table has model and link behind the overall accuracy.
 */
export function scoreTables(models: readonly ModelTallies[], formula: ScoreFormula): ScoreTable[] {
  const scored = models.map(({ model, tallies }) => {
    const scores = scoreCategories(tallies, formula);
    const single = new Map<string, number>();
    for (const [category, tally] of Object.entries(scores.merged)) {
      if (tally.total > 0) single.set(category, tally.correct / tally.total);
    }
    const shown = (value: string | null): { accuracy: number; cell: string } => {
      if (value === null) return { accuracy: 0, cell: 'N/A' };
      const category = value.replace('category:', '');
      const aggregate = value === category ? scores.aggregates[value] : undefined;
      const accuracy = aggregate?.accuracy ?? single.get(category) ?? 0;
      const lacks = aggregate === undefined ? !single.has(category) : aggregate.missing.length > 0;
      const hidden = lacks && formula !== 'v3oct' && !ALWAYS_SHOWN.includes(value);
      return { accuracy, cell: hidden ? 'N/A' : percentCell(accuracy) };
    };
    return { model: model.replaceAll(',', ' '), shown };
  });
  const ranked = (file: string, key: string, cells: (entry: (typeof scored)[number]) => string[], header: string[]) => {
    const order = [...scored].sort((a, b) => b.shown(key).accuracy - a.shown(key).accuracy);
    return { file, header: ['Rank', ...header], rows: order.map((entry, i) => [String(i + 1), ...cells(entry)]) };
  };
  const overall = overallColumns(formula);
  return [
    ranked(
      'data_overall.csv',
      'overall',
      ({ model, shown }) => [shown('overall').cell, model, 'N/A', ...overall.map(([, value]) => shown(value).cell)],
      ['Overall Acc', 'Model', 'Model Link', ...overall.map(([header]) => header)],
    ),
    ...detailTables(formula).map(([file, columns]) =>
      ranked(file, columns[0]![1]!, ({ model, shown }) => [model, ...columns.map(([, value]) => shown(value).cell)], [
        'Model',
        ...columns.map(([header]) => header),
      ]),
    ),
  ];
}

/** CSV text of a table, without quotes and without a line break at the end, as the official tool writes it. */
export function tableText({ header, rows }: ScoreTable): string {
  return [header, ...rows].map((row) => row.join(',')).join('\n');
}
