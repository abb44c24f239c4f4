import { formatCount, formatPercent } from '../format-number.ts';
import type { PairFacts } from '../report-data.ts';
import { type ErrorTable, errorClassLabel } from './error-table.ts';
import type { ScoreCell, ScoreTable } from './score-table.ts';

export type ComparedModels = { label: string; against: string; gained: number; lost: number; p_value: number };

export type FindingSource = {
  scores: ScoreTable;
  errors: ErrorTable;
  comparisons: readonly ComparedModels[];
  pairs: readonly PairFacts[];
};

const SIGNIFICANT = 0.05;

/** Sentences that say no more than the numbers do: what was measured, and whether a difference is shown. */
export function findings(source: FindingSource): string[] {
  const { scores, errors, comparisons, pairs } = source;
  const total = scores.totals.find((row) => row.side === 'both') ?? scores.totals[0];
  const lines: string[] = [];
  if (total === undefined) return ['Nothing was evaluated in this run.'];
  const cells = new Map(scores.models.map((label, i) => [label, total.cells[i] ?? null]));
  const shown = [...cells].filter((entry): entry is [string, ScoreCell] => entry[1] !== null);
  const counts = shown.map(([label, cell]) => `${label}: ${counted(cell)} (${formatPercent(cell.share)} %)`);
  lines.push(`Correct over all test cases – ${counts.join('; ')}.`);
  const decisions = decisionLine(scores);
  if (decisions !== null) lines.push(decisions);
  for (const comparison of comparisons) {
    const ours = cells.get(comparison.label);
    const theirs = cells.get(comparison.against);
    if (ours && theirs) lines.push(comparisonLine(comparison, ours, theirs));
  }
  const sides = sideLine(scores);
  if (sides !== null) lines.push(sides);
  const common = commonError(errors);
  if (common !== null) lines.push(common);
  for (const entry of pairs) {
    const kept = entry.folds.reduce((sum, fold) => sum + fold.count, 0);
    if (kept === 0)
      lines.push(`Iteration ${entry.iteration} produced no preference pair, so its update had nothing to learn from.`);
  }
  return lines;
}

function comparisonLine(comparison: ComparedModels, ours: ScoreCell, theirs: ScoreCell): string {
  const { label, against, gained, lost, p_value } = comparison;
  const overlap = ours.low <= theirs.high && theirs.low <= ours.high;
  const changed = gained + lost;
  const name = sentenceStart(label);
  if (changed === 0) return `${name} answers every case as ${against} does.`;
  const paired = `of ${formatCount(changed)} ${changed === 1 ? 'case that changed' : 'cases that changed'}, ${formatCount(gained)} gained and ${formatCount(lost)} lost (sign test p\u00a0${probability(p_value)})`;
  const intervals = overlap ? 'the 95 % intervals overlap' : 'the 95 % intervals do not overlap';
  if (p_value >= SIGNIFICANT) {
    return `${name} does not differ from ${against} as far as these cases can tell: ${intervals}; ${paired}.`;
  }
  const verdict = gained > lost ? 'better' : 'worse';
  return `${name} is ${verdict} than ${against} on these cases: ${paired}; ${overlap ? 'yet ' : ''}${intervals}.`;
}

/** A model that never calls anything gets every irrelevance case right, which a pooled score hides. */
function decisionLine(scores: ScoreTable): string | null {
  const pooled = (irrelevance: boolean): number[][] =>
    scores.models.map((_, m) => {
      const cells = scores.rows
        .filter((row) => row.family.includes('irrelevance') === irrelevance)
        .map((row) => row.cells[m]);
      return [
        cells.reduce((sum, cell) => sum + (cell?.correct ?? 0), 0),
        cells.reduce((sum, cell) => sum + (cell?.total ?? 0), 0),
      ];
    });
  const [calls, none] = [pooled(false), pooled(true)];
  if (![calls, none].every((side) => side.some(([, total]) => total! > 0))) return null;
  const share = ([correct, total]: number[]): string => `${formatCount(correct!)} of ${formatCount(total!)}`;
  const list = (side: number[][]): string => scores.models.map((label, m) => `${label}: ${share(side[m]!)}`).join('; ');
  const hollow = scores.models.filter((_, m) => calls[m]![0] === 0 && none[m]![0]! > 0);
  const warning =
    hollow.length === 0
      ? ''
      : ` All that ${enumeration(hollow)} ${hollow.length === 1 ? 'scores' : 'score'} is irrelevance, which any reply that does not read as a call gets right.`;
  return `Where a call is right – ${list(calls)}. Where no call is right (irrelevance) – ${list(none)}.${warning}`;
}

const enumeration = (labels: readonly string[]): string =>
  labels.length === 1 ? labels[0]! : `${labels.slice(0, -1).join(', ')} and ${labels.at(-1)!}`;

function sideLine(scores: ScoreTable): string | null {
  const seen = scores.totals.find((row) => row.side === 'seen');
  const unseen = scores.totals.find((row) => row.side === 'unseen');
  const last = scores.models.length - 1;
  const a = seen?.cells[last];
  const b = unseen?.cells[last];
  if (!a || !b) return null;
  const apart = a.low > b.high || b.low > a.high;
  return `${sentenceStart(scores.models[last]!)} reaches ${formatPercent(a.share)} % on tools seen in training and ${formatPercent(b.share)} % on unseen tools; the intervals ${apart ? 'do not overlap' : 'overlap'}.`;
}

function commonError(errors: ErrorTable): string | null {
  const last = errors.models.length - 1;
  const failing = errors.failing[last] ?? 0;
  if (failing === 0) return null;
  const ranked = [...errors.classes].sort((a, b) => b.counts[last]! - a.counts[last]!);
  const top = ranked[0]!;
  const count = top.counts[last]!;
  return `The most frequent error of ${errors.models[last]} is "${errorClassLabel(top.error_class).toLowerCase()}": ${formatCount(count)} of ${formatCount(failing)} failing cases (${formatPercent(count / failing)} %).`;
}

const counted = (cell: ScoreCell): string => `${formatCount(cell.correct)} of ${formatCount(cell.total)}`;
const probability = (p: number): string => (p < 0.001 ? '<\u00a00.001' : `=\u00a0${p.toFixed(p < 0.1 ? 3 : 2)}`);
const sentenceStart = (label: string): string => label.charAt(0).toUpperCase() + label.slice(1);
