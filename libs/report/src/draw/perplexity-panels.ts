import type { ReportFacts } from '../facts/report-facts.ts';
import { formatCount, formatFixed } from '../format-number.ts';
import { element, figure, svgText } from './markup.ts';

const SIZE = { width: 1000, panel: 128, bars: 88, left: 44, right: 4, bottom: 40 };

/** Fewer bins would leave the axis without marks. */
const LEAST_BINS = 14;

/** One histogram per iteration over the same bins, the searched rows in front; empty bins at both ends are cut off. */
export function perplexityPanels(facts: Pick<ReportFacts, 'perplexity' | 'perplexity_edges'>): string {
  const { width, panel, bars, left, right, bottom } = SIZE;
  const { perplexity, perplexity_edges: edges } = facts;
  const used = edges.slice(0, -1).flatMap((_, bin) => (perplexity.some((run) => run.all[bin]! > 0) ? [bin] : []));
  const spare = Math.max(1, Math.ceil((LEAST_BINS - used.length) / 2));
  const first = Math.max(0, (used[0] ?? 0) - spare);
  const last = Math.min(edges.length - 2, (used.at(-1) ?? edges.length - 2) + spare);
  const bin = (width - left - right) / (last - first + 1);
  const px = (edge: number): number => left + (edge - first) * bin;
  const highest = Math.max(1, ...perplexity.flatMap((run) => run.all));
  const height = panel * perplexity.length + bottom;
  const panels = perplexity.map((run, i) => {
    const base = i * panel + 30 + bars;
    const rects = (counts: readonly number[], name: string): string =>
      counts
        .map((count, k) => {
          const size = (count / highest) * bars;
          return count === 0
            ? ''
            : element('rect', { class: name, x: px(k) + 1, y: base - size, width: bin - 2, height: size });
        })
        .join('');
    const range =
      run.selected_range === null
        ? 'none selected'
        : `${formatCount(run.selected_rows)} selected, ${perplexityText(run.selected_range[0])} to ${perplexityText(run.selected_range[1])}`;
    const median = run.median === null ? '' : `median ${perplexityText(run.median)}, `;
    const unranked = run.not_finite === 0 ? '' : `, ${formatCount(run.not_finite)} not finite`;
    const title = `Iteration ${run.iteration}: ${formatCount(run.rows)} rows, ${median}${range}${unranked}`;
    return (
      svgText(left, i * panel + 16, title, { class: 'chart-title' }) +
      element('line', { class: 'axis', x1: left, x2: width - right, y1: base, y2: base }) +
      svgText(left - 6, base - bars + 4, formatCount(highest), { 'text-anchor': 'end' }) +
      svgText(left - 6, base + 4, '0', { 'text-anchor': 'end' }) +
      rects(run.all, 'bar quiet') +
      rects(run.selected, 'bar c1')
    );
  });
  const ticks = edges.flatMap((edge, k) => (k % 4 === 0 && k >= first && k <= last + 1 ? [[k, edge] as const] : []));
  const axis = ticks.map(([k, edge]) => {
    const y = height - bottom + 18;
    const anchor = k === last + 1 ? 'end' : 'middle';
    return svgText(px(k), y - 4, perplexityText(Math.exp(edge)), { 'text-anchor': anchor });
  });
  const name = svgText(width - right, height - 5, 'perplexity of the target (logarithmic in ln perplexity)', {
    'text-anchor': 'end',
  });
  return figure(width, height, 'Histogram of perplexity per iteration', panels.join('') + axis.join('') + name);
}

/** Enough decimals to tell perplexities near 1 apart. */
export function perplexityText(value: number): string {
  if (value >= 1000) return formatCount(value);
  if (value >= 10) return formatFixed(value, 1);
  if (value >= 1.1) return formatFixed(value, 2);
  return formatFixed(value, value >= 1.001 ? 3 : 4);
}
