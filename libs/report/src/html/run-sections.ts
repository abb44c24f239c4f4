import { escapeText } from '../draw/markup.ts';
import { stageGraph } from '../draw/stage-graph.ts';
import type { PaperValue } from '../facts/paper-values.ts';
import type { ParameterGroup, ParameterRow } from '../facts/parameter-table.ts';
import { parameterText } from '../facts/parameter-text.ts';
import type { ReportFacts } from '../facts/report-facts.ts';
import { formatAmount, formatCount, formatPercent } from '../format-number.ts';
import { heading, markup, number, type TableRow, table, text } from './table.ts';

export function graphSection(facts: ReportFacts): string {
  return (
    `<p>${formatCount(facts.stages.length)} stages. An arrow means "is needed by"; arrows that a longer path implies are left out.</p>\n` +
    `<div class="scroll wide">${stageGraph(facts.stages)}</div>\n`
  );
}

export function parametersSection(facts: ReportFacts): string {
  const columns = [text('Parameter'), text('This run'), text('Stages'), text('Paper')];
  const rows = facts.parameters.flatMap((group) => [
    groupRow(group),
    ...group.rows.flatMap((row) => parameterRows(row, group)),
  ]);
  return `<p>Values of all stages. The last column is what the paper uses, where it says so; a value that differs is set bold and marked "differs".</p>\n${table(columns, rows, { width: 'even' })}`;
}

function groupRow(group: ParameterGroup): TableRow {
  return { cells: [heading(group.kind), text(''), text(group.stages.join(', ')), text('')], name: 'group' };
}

/** One row per distinct value of a parameter. */
function parameterRows(row: ParameterRow, group: ParameterGroup): TableRow[] {
  return row.values.map((entry, i) => {
    const everywhere = entry.stages.length === group.stages.length;
    return {
      cells: [
        { ...markup(i === 0 ? `<code>${escapeText(row.path)}</code>` : ''), heading: true },
        markup(`<code>${escapeText(parameterText(entry.value))}</code>`),
        text(everywhere ? '' : entry.stages.join(', ')),
        markup(entry.paper === null ? '' : paperMarkup(entry.paper, entry.differs)),
      ],
      name: i < row.values.length - 1 ? 'cont' : undefined,
    };
  });
}

function paperMarkup(paper: PaperValue, differs: boolean): string {
  const value = escapeText(parameterText(paper.value));
  const source = escapeText(paper.source);
  return `<span class="${differs ? 'differs' : 'same'}">${value}</span> <span class="source">${source}${differs ? ', differs' : ''}</span>`;
}

export function dataSection(facts: ReportFacts): string {
  const tierRows = facts.tiers.reduce((sum, tier) => sum + tier.rows, 0);
  const tiers = facts.tiers.map((tier) => ({
    cells: [heading(tier.tier), number(formatCount(tier.rows)), markup(shareBar(tier.rows, tierRows))],
  }));
  const split = facts.split.map((side) => ({
    cells: [heading(side.side), number(formatCount(side.rows)), number(formatCount(side.in_buffer))],
  }));
  const splits = [...new Set(facts.categories.map((row) => row.split))];
  const families = [...new Set(facts.categories.map((row) => row.family))];
  const categories = families.map((family) => ({
    cells: [
      heading(family),
      ...splits.map((split) => {
        const members = facts.categories.filter((row) => row.family === family && row.split === split);
        return number(members.length === 0 ? '' : formatCount(members.reduce((sum, row) => sum + row.rows, 0)));
      }),
    ],
  }));
  const dropped = facts.dropped.map((row) => ({
    cells: [heading(row.source), text(row.reason), number(formatCount(row.count))],
  }));
  const narrow = (caption: string) => ({ caption, width: 'narrow' as const });
  return (
    '<div class="two">' +
    table([text('Tier'), number('Rows'), text('Share')], tiers, narrow('Difficulty tiers')) +
    table([text('Side'), number('Rows'), number('In replay buffer')], split, narrow('Split')) +
    table(
      [text('Family'), ...splits.map(number)],
      categories,
      narrow('Test cases, by whether training has the tools'),
    ) +
    (dropped.length === 0
      ? '<p>No row was dropped.</p>\n'
      : table([text('Source or stage'), text('Reason'), number('Rows')], dropped, narrow('Dropped rows'))) +
    '</div>\n'
  );
}

export function amountsSection(facts: ReportFacts): string {
  const named = facts.stages.filter((stage) => Object.keys(stage.amounts).length > 0);
  if (named.length === 0) return '<p>No stage reported amounts of work.</p>\n';
  const names = [...new Set(named.flatMap((stage) => Object.keys(stage.amounts)))];
  const rows: TableRow[] = named.map((stage) => ({
    cells: [
      heading(stage.name),
      ...names.map((name) => {
        const amount = stage.amounts[name];
        return number(amount === undefined ? '' : formatAmount(amount));
      }),
    ],
  }));
  const sums = names.map((name) => named.reduce((sum, stage) => sum + (stage.amounts[name] ?? 0), 0));
  rows.push({
    cells: [heading('all stages'), ...sums.map((sum) => number(formatAmount(sum)))],
    name: 'total first-total',
  });
  return (
    '<p>Amounts of work that follow from data and parameters. Times and machines are facts of one run and are not part of this report; <code>itool status</code> shows them.</p>\n' +
    table([text('Stage'), ...names.map(number)], rows, { width: 'narrow' })
  );
}

function shareBar(part: number, whole: number): string {
  const share = whole === 0 ? 0 : part / whole;
  return `<span class="share" style="width:${(share * 140).toFixed(1)}px"></span> ${formatPercent(share)} %`;
}
