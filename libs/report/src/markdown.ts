import { perplexityText } from './draw/perplexity-panels.ts';
import { errorClassLabel } from './facts/error-table.ts';
import { flatten } from './facts/parameter-table.ts';
import { parameterText } from './facts/parameter-text.ts';
import type { ReportFacts } from './facts/report-facts.ts';
import type { ScoreCell } from './facts/score-table.ts';
import { formatAmount, formatCount, formatFixed, formatPercent } from './format-number.ts';
import type { StageSummary } from './report-data.ts';

/** The facts of the report as Markdown; curves appear as their ends, the tree as an indented list. */
export function markdownReport(facts: ReportFacts): string {
  const parts: (string | string[])[] = [
    `# ${plain(facts.title)}`,
    `Pipeline ${literal(facts.pipeline)}`,
    facts.findings.map((line) => `- ${plain(line)}`),
    '## Scores',
    'Correct/total, percent, Wilson 95 % interval. "All families" pools cases; it is not the overall score of BFCL.',
    table(
      ['family', 'tools', ...facts.scores.models],
      [...facts.scores.rows, ...facts.scores.totals].map((row) => [row.family, row.side, ...row.cells.map(score)]),
    ),
    table(
      ['same cases', 'gained', 'lost', 'sign test p'],
      facts.comparisons.map((c) => [
        `${c.label} against ${c.against}`,
        formatCount(c.gained),
        formatCount(c.lost),
        c.p_value < 0.001 ? '< 0.001' : c.p_value.toFixed(3),
      ]),
    ),
    table(
      ['BFCL average, %', ...facts.aggregates.map(({ label }) => label), 'not run, counted as 0'],
      [...new Set(facts.aggregates.flatMap(({ aggregates }) => Object.keys(aggregates)))].map((name) => [
        name,
        ...facts.aggregates.map(({ aggregates }) =>
          name in aggregates ? formatPercent(aggregates[name]!.accuracy) : '',
        ),
        [...new Set(facts.aggregates.flatMap(({ aggregates }) => aggregates[name]?.missing ?? []))].join(', '),
      ]),
    ),
    '## Error types',
    table(
      ['error type', ...facts.errors.models],
      [
        ...facts.errors.classes.map((row) => [errorClassLabel(row.error_class), ...row.counts.map(formatCount)]),
        ['failing cases', ...facts.errors.failing.map(formatCount)],
      ],
    ),
    ...failingCases(facts),
    ...apiBankPart(facts),
    '## What ran',
    table(
      ['stage', 'kind', 'needs'],
      facts.stages.map((stage) => [stage.name, stage.kind, [...new Set(Object.values(stage.needs).flat())].join(', ')]),
    ),
    '## Data',
    table(
      ['tier', 'rows'],
      facts.tiers.map((tier) => [tier.tier, formatCount(tier.rows)]),
    ),
    table(
      ['side', 'rows', 'in replay buffer'],
      facts.split.map((side) => [side.side, formatCount(side.rows), formatCount(side.in_buffer)]),
    ),
    table(
      ['category', 'family', 'tools', 'cases'],
      facts.categories.map((row) => [row.category, row.family, row.split, formatCount(row.rows)]),
    ),
    table(
      ['source or stage', 'reason dropped', 'rows'],
      facts.dropped.map((row) => [row.source, row.reason, formatCount(row.count)]),
    ),
    '## Warm-up training',
    table(
      ['stage', 'updates', 'first loss', 'last loss', 'best validation loss'],
      facts.training.map((curve) => [
        curve.stage,
        formatCount(curve.steps),
        ...[curve.first_loss, curve.last_loss, curve.best_validation].map((loss) =>
          loss === null ? '' : formatFixed(loss, 3),
        ),
      ]),
    ),
    '## Perplexity',
    table(
      ['iteration', 'rows', 'median', 'selected', 'from', 'to', 'not finite'],
      facts.perplexity.map((run) => [
        String(run.iteration),
        formatCount(run.rows),
        run.median === null ? '' : perplexityText(run.median),
        formatCount(run.selected_rows),
        ...(run.selected_range ?? [null, null]).map((value) => (value === null ? '' : perplexityText(value))),
        formatCount(run.not_finite),
      ]),
    ),
    summaryTable(facts.summaries.rank),
    '## A search tree',
    ...treeParts(facts),
    '## Preference pairs',
    table(
      ['iteration', 'reason', 'candidates'],
      facts.pairs.flatMap((entry) =>
        entry.reasons.map(({ reason, count }) => [String(entry.iteration), reason, formatCount(count)]),
      ),
    ),
    table(
      ['iteration', 'fold', 'class', 'pairs'],
      facts.pairs.flatMap((entry) =>
        entry.folds.map((fold) => [String(entry.iteration), fold.fold, fold.class, formatCount(fold.count)]),
      ),
    ),
    summaryTable(facts.summaries.mine),
    summaryTable(facts.summaries.filter),
    '## Preference training',
    table(
      ['iteration', 'updates', 'last margin', 'last accuracy'],
      facts.optimize.map((curve) => [
        String(curve.iteration),
        formatCount(curve.updates),
        ...[curve.margins, curve.accuracies].map((values) => {
          const last = values['train']?.at(-1)?.[1];
          return last === undefined ? '' : formatFixed(last, 3);
        }),
      ]),
    ),
    summaryTable(facts.optimize.map(({ iteration, summary }) => ({ iteration, values: summary }))),
    '## Parameters',
    table(
      ['kind', 'parameter', 'stages', 'this run', 'paper'],
      facts.parameters.flatMap((group) =>
        group.rows.flatMap((row) =>
          row.values.map((entry) => [
            group.kind,
            row.path,
            entry.stages.join(', '),
            parameterText(entry.value),
            entry.paper === null ? '' : `${parameterText(entry.paper.value)} (${entry.paper.source})`,
          ]),
        ),
      ),
    ),
    '## Work',
    table(
      ['stage', 'amount', 'value'],
      facts.stages.flatMap((stage) =>
        Object.entries(stage.amounts).map(([name, value]) => [stage.name, name, formatAmount(value)]),
      ),
    ),
    '## The paper’s numbers (not comparable with this run)',
    facts.paper.note,
    table(
      ['base model', 'method', 'overall', 'non-live', 'live', 'multi-turn', 'relevance', 'irrelevance'],
      facts.paper.results.map((row) => [
        row.base,
        row.method,
        row.overall.toFixed(2) + (row.recomputed === null ? '' : ` (mean of parts ${row.recomputed.toFixed(2)})`),
        ...[row.non_live, row.live, row.multi_turn, row.relevance, row.irrelevance].map((value) => value.toFixed(2)),
      ]),
    ),
  ];
  const blocks = parts.map((part) => (typeof part === 'string' ? part : part.join('\n'))).filter((part) => part !== '');
  return `${blocks.join('\n\n')}\n`;
}

function failingCases({ failing_cases: { label, cases } }: ReportFacts): (string | string[])[] {
  if (cases.length === 0) return [];
  const shown = cases.map((one) => [
    `- ${plain(`${one.error_type} (${formatCount(one.count)}): ${one.category}, ${one.id}`)}`,
    `  - reply: ${literal(one.output)}`,
    `  - expected: ${literal(one.expected)}`,
  ]);
  return [`Failing cases of ${plain(label)}, the first of each error type:`, shown.flat()];
}

function treeParts(facts: ReportFacts): (string | string[])[] {
  const { tree } = facts;
  if (tree === null) return ['No preference pair was found, so there is no tree to show.'];
  const chosen = new Set(tree.pairs.map((pair) => pair.chosen_id));
  const rejected = new Set(tree.pairs.map((pair) => pair.rejected_id));
  const lines = (parent: number): string[] =>
    tree.nodes
      .filter((node) => node.parent_id === parent)
      .sort((a, b) => a.child_index - b.child_index)
      .flatMap((node) => {
        const mark = chosen.has(node.node_id) ? ' **chosen**' : rejected.has(node.node_id) ? ' **rejected**' : '';
        const numbers = `Q ${formatFixed(node.q_value, 2)}, N ${node.visit_count}, p ${formatFixed(node.p, 2)}`;
        const text = parent === -1 ? 'root' : literal(node.text);
        return [`${'  '.repeat(node.depth)}- ${text} (${numbers})${mark}`, ...lines(node.node_id)];
      });
  const from = `Iteration ${tree.iteration}, tree ${literal(tree.tree_id)}, row ${literal(tree.row_id)}`;
  return [from, fenced(tree.prompt), `Target: ${literal(tree.target)}`, lines(-1)];
}

/** Empty without rows, so that a section shows no empty table. */
function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n');
}

function summaryTable(summaries: readonly StageSummary[]): string {
  const rows = summaries.flatMap(({ iteration, values }) =>
    flatten(values).map(([name, value]) => [String(iteration), name, parameterText(value)]),
  );
  return table(['iteration', 'value', 'is'], rows);
}

const score = (cell: ScoreCell | null): string =>
  cell === null
    ? ''
    : `${formatCount(cell.correct)}/${formatCount(cell.total)} ${formatPercent(cell.share)} % (${formatPercent(cell.low)} to ${formatPercent(cell.high)})`;

/** One line without Markdown or HTML of its own. */
function plain(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_[\]<>|]/g, (character) =>
      character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`,
    );
}

/** Inline code, with a fence longer than any run of back quotes inside. */
function literal(text: string): string {
  const line = text.replaceAll('\n', '⏎');
  const fence = '`'.repeat(longestRun(line) + 1);
  return `${fence} ${line} ${fence}`;
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
}

function apiBankPart({ api_bank }: ReportFacts): string[] {
  if (api_bank.length === 0) return [];
  const tally = ({ correct, total }: { correct: number; total: number }) =>
    `${formatCount(correct)}/${formatCount(total)}`;
  return [
    '## API-Bank',
    'Official: calls right by execution and check. Names and parameters: calls equal to the recorded ones.',
    table(
      ['model', 'level', 'official', 'names and parameters', 'Rouge-L of answers'],
      api_bank.flatMap(({ label, levels }) =>
        levels.map(({ level, correctness, names_equal, rouge_l }) => [
          label,
          level,
          tally(correctness),
          tally(names_equal),
          rouge_l === null ? '' : rouge_l.mean.toFixed(4),
        ]),
      ),
    ),
  ];
}
