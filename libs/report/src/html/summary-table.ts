import { flatten } from '../facts/parameter-table.ts';
import { parameterText } from '../facts/parameter-text.ts';
import { formatValue } from '../format-number.ts';
import type { StageSummary } from '../report-data.ts';
import { heading, number, table } from './table.ts';

/** Values that stages report about themselves: one row per value, one column per iteration. Empty without values. */
export function summaryTable(caption: string, summaries: readonly StageSummary[]): string {
  const flat = summaries.map(({ iteration, values }) => ({ iteration, values: new Map(flatten(values)) }));
  const names = [...new Set(flat.flatMap(({ values }) => [...values.keys()]))];
  if (names.length === 0) return '';
  const rows = names.map((name) => ({
    cells: [
      heading(name.replaceAll('_', ' ')),
      ...flat.map(({ values }) => {
        const value = values.get(name);
        if (value === undefined) return number('');
        return number(typeof value === 'number' ? formatValue(value) : parameterText(value));
      }),
    ],
  }));
  const columns = [heading(''), ...flat.map(({ iteration }) => number(`iteration ${iteration}`))];
  return table(columns, rows, { caption, width: 'narrow' });
}
