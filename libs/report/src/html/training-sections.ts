import { type LineSeries, lineChart } from '../draw/line-chart.ts';
import { COLOURS, escapeText } from '../draw/markup.ts';
import { perplexityPanels } from '../draw/perplexity-panels.ts';
import { searchTree, visibleNodes } from '../draw/search-tree.ts';
import type { OptimizeCurve, ReportFacts } from '../facts/report-facts.ts';
import type { Point, TrainingCurve } from '../facts/training-curves.ts';
import { formatAmount, formatCount, formatFixed } from '../format-number.ts';
import type { PairFacts } from '../report-data.ts';
import { legend } from './legend.ts';
import { summaryTable } from './summary-table.ts';
import { type Cell, heading, number, table, text } from './table.ts';

const PHASE_COLOUR: Record<string, number> = { copy: 2, pretrain: 0, train: 1 };

export function warmupSection(facts: ReportFacts): string {
  if (facts.training.length === 0) return '<p>No training stage reported metrics.</p>\n';
  const phases = [...new Set(facts.training.flatMap((curve) => curve.phases.map((entry) => entry.phase)))];
  const hasValidation = facts.training.some((curve) => curve.validation.length > 0);
  const entries = phases.map((phase) => ({ label: phase, colour: PHASE_COLOUR[phase] ?? 4, mark: 'line' as const }));
  const charts = facts.training.map((curve) =>
    lineChart({ title: curve.label, x_label: 'update', series: warmupSeries(curve), include: [0] }),
  );
  const rows = facts.training.map((curve) => ({
    cells: [
      heading(curve.stage),
      number(formatCount(curve.steps)),
      number(curve.tokens === null ? '' : formatAmount(curve.tokens)),
      ...[curve.first_loss, curve.last_loss, curve.best_validation].map((loss) =>
        number(loss === null ? '' : formatFixed(loss, 3)),
      ),
    ],
  }));
  return (
    '<p>Loss per update, in nats per target token. Long runs are drawn as means of neighbouring updates; each panel has its own scale.</p>\n' +
    legend(hasValidation ? [...entries, { label: 'validation', colour: 3, mark: 'dashed' as const }] : entries) +
    `<div class="panels">${charts.map((chart) => `<div>${chart}</div>`).join('\n')}</div>\n` +
    table([text('Stage'), ...['Updates', 'Tokens', 'First loss', 'Last loss', 'Best validation'].map(number)], rows, {
      width: 'narrow',
    })
  );
}

function warmupSeries(curve: TrainingCurve): LineSeries[] {
  const lines = curve.phases.map(({ phase, points }) => ({
    label: phase,
    points,
    colour: PHASE_COLOUR[phase] ?? 4,
    marked: false,
  }));
  return [...lines, { label: 'validation', points: curve.validation, colour: 3, marked: true }];
}

export function perplexitySection(facts: ReportFacts): string {
  if (facts.perplexity.length === 0) return '<p>Nothing was ranked.</p>\n';
  return (
    '<p>How surprised the current policy is by the target of each row in the replay buffer, and which rows were searched. The bins are the same for every run.</p>\n' +
    legend([
      { label: 'all ranked rows', colour: 'quiet', mark: 'bar' },
      { label: 'selected for search', colour: 1, mark: 'bar' },
    ]) +
    `<div class="scroll wide">${perplexityPanels(facts)}</div>\n` +
    summaryTable('Ranking', facts.summaries.rank)
  );
}

export function treeSection(facts: ReportFacts): string {
  const { tree } = facts;
  if (tree === null) return '<p>No preference pair was found, so there is no tree to show.</p>\n';
  const hidden = tree.nodes.length - visibleNodes(tree).length;
  const more = hidden === 0 ? '' : ` ${formatCount(hidden)} steps away from the pairs are not drawn.`;
  return (
    `<p>The tree with the widest gap between a chosen and a rejected step: iteration ${tree.iteration}, tree <code>${escapeText(tree.tree_id)}</code>, row <code>${escapeText(tree.row_id)}</code>. ` +
    'Steps that share a parent are alternatives. Q is the value after the search, N the number of visits, p the probability of the step under the policy. ' +
    `A solid frame marks a chosen step, a dashed frame a rejected one; "end" marks a complete response.${more}</p>\n` +
    `<h3>Prompt</h3>\n<pre>${escapeText(tree.prompt)}</pre>\n<h3>Target</h3>\n<pre>${escapeText(tree.target)}</pre>\n` +
    `<div class="scroll wide tree">${searchTree(tree)}</div>\n`
  );
}

export function pairsSection(facts: ReportFacts): string {
  if (facts.pairs.length === 0) return '<p>No pairs were filtered.</p>\n';
  const reasons = [...new Set(facts.pairs.flatMap((entry) => entry.reasons.map((reason) => reason.reason)))];
  const folds = [...new Set(facts.pairs.flatMap((entry) => entry.folds.map((fold) => fold.fold)))];
  const classes = [...new Set(facts.pairs.flatMap((entry) => entry.folds.map((fold) => fold.class)))];
  const counted = (pick: (entry: PairFacts) => number): Cell[] =>
    facts.pairs.map((entry) => number(formatCount(pick(entry))));
  const reasonRows = reasons.map((name) => ({
    cells: [
      heading(name.replaceAll('_', ' ')),
      ...counted((entry) => entry.reasons.find((reason) => reason.reason === name)?.count ?? 0),
    ],
  }));
  const countRows = [...folds.map((fold) => ({ fold })), ...classes.map((name) => ({ class: name }))].map((wanted) => {
    const [key, value] = Object.entries(wanted)[0]! as ['fold' | 'class', string];
    const sum = (entry: PairFacts): number =>
      entry.folds.filter((row) => row[key] === value).reduce((total, row) => total + row.count, 0);
    return { cells: [heading(`${key} ${value.replaceAll('_', ' ')}`), ...counted(sum)] };
  });
  const columns = [heading(''), ...facts.pairs.map(({ iteration }) => number(`iteration ${iteration}`))];
  return (
    '<p>What became of the candidate pairs, by the first filter that applied, and how the remaining pairs divide into folds and classes.</p>\n<div class="two">' +
    table(columns, reasonRows, { caption: 'Candidates', width: 'narrow' }) +
    table(columns, countRows, { caption: 'Pairs that were kept', width: 'narrow' }) +
    summaryTable('Outcomes of the searched trees', facts.summaries.mine) +
    summaryTable('Directions before and after balancing', facts.summaries.filter) +
    '</div>\n'
  );
}

export function preferenceSection(facts: ReportFacts): string {
  if (facts.optimize.length === 0) return '<p>No preference training took place.</p>\n';
  const series = (pick: (curve: OptimizeCurve) => Record<string, Point[]>): LineSeries[] =>
    facts.optimize.flatMap((curve, i) => [
      {
        label: `iteration ${curve.iteration}`,
        points: pick(curve)['train'] ?? [],
        colour: (i + 2) % COLOURS,
        marked: false,
      },
      {
        label: `iteration ${curve.iteration}, validation`,
        points: pick(curve)['validation'] ?? [],
        colour: (i + 2) % COLOURS,
        marked: true,
      },
    ]);
  const charts = [
    lineChart({ title: 'loss', x_label: 'update', series: series((curve) => curve.loss), include: [0] }),
    lineChart({ title: 'rewards/margins', x_label: 'update', series: series((curve) => curve.margins), include: [0] }),
    lineChart({
      title: 'rewards/accuracies',
      x_label: 'update',
      series: series((curve) => curve.accuracies),
      include: [0, 1],
    }),
  ];
  const entries = facts.optimize.flatMap((curve, i) => [
    { label: `iteration ${curve.iteration}`, colour: (i + 2) % COLOURS, mark: 'line' as const },
    { label: `iteration ${curve.iteration}, validation`, colour: (i + 2) % COLOURS, mark: 'dashed' as const },
  ]);
  return (
    '<p>Margin: reward of the chosen minus reward of the rejected step. Accuracy: share of pairs with a positive margin. Neither is a score on test cases: in small runs pair accuracy has risen while test accuracy fell.</p>\n' +
    legend(entries) +
    `<div class="panels">${charts.map((chart) => `<div>${chart}</div>`).join('\n')}</div>\n` +
    summaryTable(
      'What the updates report',
      facts.optimize.map(({ iteration, updates, summary }) => ({ iteration, values: { updates, ...summary } })),
    )
  );
}
