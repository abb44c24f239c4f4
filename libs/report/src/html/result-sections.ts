import { groupedBars } from '../draw/grouped-bars.ts';
import { intervalPlot } from '../draw/interval-plot.ts';
import { COLOURS, escapeText } from '../draw/markup.ts';
import { errorClassLabel } from '../facts/error-table.ts';
import type { ReportFacts } from '../facts/report-facts.ts';
import type { ScoreCell, ScoreRow } from '../facts/score-table.ts';
import { formatCount, formatPercent } from '../format-number.ts';
import { legend } from './legend.ts';
import { heading, markup, number, type TableRow, table, text } from './table.ts';

export function scoresSection(facts: ReportFacts): string {
  const { scores } = facts;
  if (scores.models.length === 0) return '<p>No model was evaluated.</p>';
  const columns = [text('Family'), text('Tools'), ...scores.models.map(number)];
  const rows = [...scores.rows, ...scores.totals].map((row, i, all): TableRow => {
    const isTotal = i >= scores.rows.length;
    const again = all[i - 1]?.family === row.family;
    const continues = all[i + 1]?.family === row.family;
    const names = [isTotal ? 'total' : '', i === scores.rows.length ? 'first-total' : '', continues ? 'cont' : ''];
    return {
      cells: [heading(again ? '' : row.family), text(row.side), ...row.cells.map(scoreCell)],
      name: names.join(' ').trim(),
    };
  });
  const paired = facts.comparisons.map((entry) => ({
    cells: [
      heading(`${entry.label} against ${entry.against}`),
      number(formatCount(entry.gained)),
      number(formatCount(entry.lost)),
      number(entry.p_value < 0.001 ? '< 0.001' : entry.p_value.toFixed(3)),
    ],
  }));
  return (
    `<p>Correct answers by exact comparison of the calls. Intervals are Wilson 95 % intervals of the share. <em>Seen</em> and <em>unseen</em> tell whether the tools of a case occur as targets in training.</p>\n` +
    `<div class="scroll wide">${intervalPlot(scores)}</div>\n` +
    table(columns, rows, { width: 'even' }) +
    `<p class="note">"All families" pools cases, so that it has an interval; it is not the overall score of BFCL, which averages categories.</p>\n` +
    aggregatesTable(facts) +
    (paired.length === 0
      ? ''
      : table([text('Same cases'), number('Gained'), number('Lost'), number('Sign test p')], paired, {
          width: 'narrow',
        }) +
        '<p class="note">Gained: right here, wrong there. Lost: the reverse. The p values are not corrected for their number. Intervals and tests cover the choice of test cases, not that of training seeds: each model was trained once.</p>\n')
  );
}

/** BFCL's averages; they have no interval, and categories that were not run pull them down. */
function aggregatesTable(facts: ReportFacts): string {
  const names = [...new Set(facts.aggregates.flatMap(({ aggregates }) => Object.keys(aggregates)))];
  if (names.length === 0) return '';
  const rows = names.map((name): TableRow => {
    const missing = new Set(facts.aggregates.flatMap(({ aggregates }) => aggregates[name]?.missing ?? []));
    const values = facts.aggregates.map(({ aggregates }) => aggregates[name]?.accuracy);
    return {
      cells: [
        heading(name.replaceAll('_', ' ')),
        ...values.map((value) => number(value === undefined ? '' : formatPercent(value))),
        text([...missing].join(', ')),
      ],
    };
  });
  const columns = [
    text('BFCL\u00a0average,\u00a0%'),
    ...facts.aggregates.map(({ label }) => number(label)),
    text('Not run, counted as 0'),
  ];
  return table(columns, rows);
}

function scoreCell(cell: ScoreRow['cells'][number]) {
  return cell === null ? number('') : markup(scoreMarkup(cell), true);
}

function scoreMarkup(cell: ScoreCell): string {
  const interval = `${formatPercent(cell.low)}–${formatPercent(cell.high)}`;
  return `<span class="main">${formatPercent(cell.share)} %</span><small>${escapeText(formatCount(cell.correct))}/${escapeText(formatCount(cell.total))} (${interval})</small>`;
}

export function errorsSection(facts: ReportFacts): string {
  const { errors } = facts;
  if (errors.models.length === 0) return '<p>No model was evaluated.</p>';
  const groups = errors.classes.map((row) => ({ label: errorClassLabel(row.error_class), values: row.counts }));
  const columns = [text('Error type'), ...errors.models.map(number)];
  const rows: TableRow[] = errors.classes.map((row) => ({
    cells: [
      heading(errorClassLabel(row.error_class)),
      ...row.counts.map((count, i) => {
        const share = errors.failing[i] === 0 ? '' : ` <small>${formatPercent(count / errors.failing[i]!)} %</small>`;
        return markup(escapeText(formatCount(count)) + share, true);
      }),
    ],
  }));
  rows.push({
    cells: [heading('Failing cases'), ...errors.failing.map((count) => number(formatCount(count)))],
    name: 'total first-total',
  });
  return (
    '<p>Each failing case has one type, the first that applies in this order (Figure 3 of the paper has the same seven types). A call where no call is right counts as "other"; no call where one is right counts as "tools count" or, for prose, "code syntax".</p>\n' +
    legend(errors.models.map((label, i) => ({ label, colour: i % COLOURS, mark: 'bar' }))) +
    `<div class="scroll wide">${groupedBars({ label: 'Failing cases by error type and model', groups })}</div>\n` +
    table(columns, rows, { width: 'even' }) +
    failingCases(facts)
  );
}

/** Failing cases of the last model, folded, with what it was asked, what it said and what would have been right. */
function failingCases({ failing_cases: { label, cases } }: ReportFacts): string {
  if (cases.length === 0) return '';
  const folded = cases.map((one) => {
    const parts = [
      ['Asked', one.prompt],
      ['Reply', one.output],
      ['Expected', one.expected],
      ['Error', one.error],
    ].map(([name, content]) => `<p>${name}</p>\n<pre>${escapeText(content!)}</pre>\n`);
    const head = `${one.error_type} (${formatCount(one.count)}): ${one.category}, ${one.id}`;
    return `<details><summary>${escapeText(head)}</summary>\n${parts.join('')}</details>\n`;
  });
  return `<h3>Failing cases of ${escapeText(label)}</h3>\n<p>The first cases of each error type, most frequent first, with the number of cases of that type.</p>\n${folded.join('')}`;
}

export function paperSection(facts: ReportFacts): string {
  const columns = [
    text('Base model'),
    text('Method'),
    ...['Overall', 'Non-live', 'Live', 'Multi-turn', 'Relevance', 'Irrelevance'].map(number),
  ];
  const rows = facts.paper.results.map((row, i, all): TableRow => {
    const mark = row.recomputed === null ? '' : `<small>mean of parts ${row.recomputed.toFixed(2)}</small>`;
    const rest = [row.non_live, row.live, row.multi_turn, row.relevance, row.irrelevance];
    const again = all[i - 1]?.base === row.base;
    return {
      cells: [
        heading(again ? '' : row.base),
        text(row.method),
        markup(row.overall.toFixed(2) + mark, true),
        ...rest.map((value) => number(value.toFixed(2))),
      ],
      name: all[i + 1]?.base === row.base ? 'cont' : undefined,
    };
  });
  return (
    `<div class="apart"><p><strong>Not comparable with this run.</strong> ${escapeText(facts.paper.note)}</p>\n` +
    table(columns, rows) +
    '<p class="note">BFCL accuracy in percent, paper version 1, Tables 1 and 3. Where the printed overall is not the mean of Non-live, Live and Multi-turn, that mean is given below it.</p></div>\n'
  );
}
