import { formatCount } from '../format-number.ts';
import { niceTicks } from './axis.ts';
import { COLOURS, element, figure, svgText } from './markup.ts';

export type GroupedBars = { label: string; groups: readonly { label: string; values: readonly number[] }[] };

const SIZE = { width: 1000, height: 300, left: 44, right: 4, top: 14, bottom: 44 };

/** Counts as bars, one group per label, one bar per model in the order of the legend, each with its number. */
export function groupedBars(chart: GroupedBars): string {
  const { width, height, left, right, top, bottom } = SIZE;
  const highest = Math.max(1, ...chart.groups.flatMap((group) => group.values));
  const ticks = niceTicks(0, highest, 4).filter(Number.isInteger);
  const scale = Math.max(highest, ticks.at(-1)!);
  const py = (value: number): number => height - bottom - (value / scale) * (height - top - bottom);
  const grid = ticks.map(
    (tick) =>
      element('line', {
        class: tick === 0 ? 'axis' : 'grid',
        x1: left,
        x2: width - right,
        y1: py(tick),
        y2: py(tick),
      }) + svgText(left - 6, py(tick) + 4, formatCount(tick), { 'text-anchor': 'end' }),
  );
  const room = (width - left - right) / Math.max(1, chart.groups.length);
  const groups = chart.groups.map((group, g) => {
    const bar = Math.min(34, (room * 0.84) / Math.max(1, group.values.length));
    const from = left + g * room + (room - bar * group.values.length) / 2;
    const bars = group.values.map((value, i) => {
      const x = from + i * bar;
      const number = svgText(x + bar / 2, py(value) - 4, formatCount(value), {
        'text-anchor': 'middle',
        class: 'value',
      });
      return (
        element('rect', {
          class: `bar c${i % COLOURS}`,
          x: x + 1,
          y: py(value),
          width: bar - 2,
          height: py(0) - py(value),
        }) + number
      );
    });
    const words = group.label.split(' ');
    const lines = words.length > 1 ? [words[0]!, words.slice(1).join(' ')] : [group.label];
    const name = lines.map((line, i) =>
      svgText(left + (g + 0.5) * room, height - bottom + 18 + i * 15, line, { 'text-anchor': 'middle', class: 'name' }),
    );
    return bars.join('') + name.join('');
  });
  return figure(width, height, chart.label, grid.join('') + groups.join(''));
}
