import type { Point } from '../facts/training-curves.ts';
import { formatCount, formatFixed } from '../format-number.ts';
import { niceTicks, tickDecimals } from './axis.ts';
import { coordinate, element, figure, svgText } from './markup.ts';

export type LineSeries = {
  label: string;
  points: readonly Point[];
  /** Colour index of the style sheet. */
  colour: number;
  /** Marked points on a dashed line, for values measured now and then. */
  marked: boolean;
};

export type LineChart = {
  title: string;
  x_label: string;
  series: readonly LineSeries[];
  /** Values that the vertical axis includes in any case. */
  include: readonly number[];
};

const SIZE = { width: 330, height: 210, left: 44, right: 10, top: 30, bottom: 34 };

/** A small line chart with few grid lines; series are told apart by colour and by dashes, their legend is outside. */
export function lineChart(chart: LineChart): string {
  const points = chart.series.flatMap((series) => series.points);
  const title = svgText(0, 13, chart.title, { class: 'chart-title' });
  const { width, height, left, right, top, bottom } = SIZE;
  if (points.length === 0) {
    const none = svgText(width / 2, height / 2, 'no values', { 'text-anchor': 'middle' });
    return figure(width, height, chart.title, title + none);
  }
  const values = [...points.map(([, y]) => y), ...chart.include];
  const yTicks = niceTicks(least(values), most(values), 4);
  const steps = points.map(([x]) => x);
  const xTicks = niceTicks(0, most(steps), 4).filter((tick) => tick <= most(steps) && Number.isInteger(tick));
  const [y0, y1] = [yTicks[0]!, yTicks.at(-1)!];
  const x1 = Math.max(most(steps), 1);
  const px = (x: number): number => left + (x / x1) * (width - left - right);
  const py = (y: number): number => height - bottom - ((y - y0) / (y1 - y0)) * (height - top - bottom);
  const decimals = tickDecimals(yTicks);
  const grid = yTicks.map(
    (tick) =>
      element('line', {
        class: tick === 0 ? 'axis' : 'grid',
        x1: left,
        x2: width - right,
        y1: py(tick),
        y2: py(tick),
      }) + svgText(left - 6, py(tick) + 4, formatFixed(tick, decimals), { 'text-anchor': 'end' }),
  );
  const below = xTicks.map((tick) =>
    svgText(px(tick), height - bottom + 15, formatCount(tick), { 'text-anchor': 'middle' }),
  );
  const xLabel = svgText(width - right, height - 3, chart.x_label, { 'text-anchor': 'end' });
  const lines = chart.series.map((series) => {
    const path = series.points.map(([x, y]) => `${coordinate(px(x))},${coordinate(py(y))}`).join(' ');
    const line = element('polyline', {
      class: `line c${series.colour}${series.marked ? ' dashed' : ''}`,
      points: path,
    });
    const marks = series.marked
      ? series.points.map(([x, y]) =>
          element('circle', { class: `mark c${series.colour}`, cx: px(x), cy: py(y), r: 3 }),
        )
      : [];
    return series.points.length === 0 ? '' : line + marks.join('');
  });
  return figure(width, height, chart.title, title + grid.join('') + below.join('') + xLabel + lines.join(''));
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
