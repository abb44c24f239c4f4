import type { ScoreTable } from '../facts/score-table.ts';
import { formatPercent } from '../format-number.ts';
import { niceTicks } from './axis.ts';
import { COLOURS, element, figure, svgText } from './markup.ts';

const SIZE = { width: 1000, left: 150, right: 70, top: 6, bottom: 36 };
const SIDE_CLASS = { seen: 'seen', unseen: 'unseen', both: 'both' };

/** Pooled scores of each model as dots on their 95 % intervals: seen, unseen and both kinds of tools below each other. */
export function intervalPlot(table: ScoreTable): string {
  const { width, left, right, top, bottom } = SIZE;
  const totals = table.totals;
  const pitch = 17;
  const row = pitch * totals.length + 14;
  const height = top + row * table.models.length + bottom;
  const highest = Math.max(0.05, ...totals.flatMap((total) => total.cells.map((cell) => cell?.high ?? 0)));
  const ticks = niceTicks(0, Math.min(1, highest) * 100, 6);
  const px = (share: number): number => left + ((share * 100) / ticks.at(-1)!) * (width - left - right);
  const grid = ticks.map(
    (tick) =>
      element('line', { class: 'grid', x1: px(tick / 100), x2: px(tick / 100), y1: top, y2: height - bottom }) +
      svgText(px(tick / 100), height - bottom + 16, `${tick.toFixed(0)} %`, { 'text-anchor': 'middle' }),
  );
  const rows = table.models.map((label, m) => {
    const from = top + m * row;
    const name = svgText(left - 14, from + row / 2 + 4, label, { 'text-anchor': 'end', class: 'name' });
    const marks = totals.map((total, t) => {
      const cell = total.cells[m];
      if (!cell) return '';
      const y = from + 7 + pitch * (t + 0.5);
      const name = `c${m % COLOURS} ${SIDE_CLASS[total.side]}`;
      return (
        element('line', { class: `interval ${name}`, x1: px(cell.low), x2: px(cell.high), y1: y, y2: y }) +
        element('circle', { class: `dot ${name}`, cx: px(cell.share), cy: y, r: total.side === 'both' ? 5.5 : 4 }) +
        svgText(px(cell.high) + 8, y + 4, `${formatPercent(cell.share)} ${total.side}`, { class: 'value' })
      );
    });
    return name + marks.join('');
  });
  return figure(width, height, 'Scores with 95 % intervals', grid.join('') + rows.join(''));
}
