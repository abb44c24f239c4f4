import { escapeText } from '../draw/markup.ts';
import { stageGraph } from '../draw/stage-graph.ts';
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
  const groups = facts.parameters.map((group) => {
    const rows = group.rows.flatMap((row) =>
      row.values.map((entry, i): TableRow => {
        const everywhere = entry.stages.length === group.stages.length;
        const paper =
          entry.paper === null
            ? ''
            : `<span class="${entry.differs ? 'differs' : 'same'}">${escapeText(parameterText(entry.paper.value))}</span> <small>${escapeText(entry.paper.source)}${entry.differs ? ', differs' : ''}</small>`;
        const path = i === 0 ? `<code>${escapeText(row.path)}</code>` : '';
        const name = i < row.values.length - 1 ? 'cont' : undefined;
        const cells = [
          { ...markup(path), heading: true },
          markup(`<code>${escapeText(parameterText(entry.value))}</code>`),
          text(everywhere ? '' : entry.stages.join(', ')),
          markup(paper),
        ];
        return { cells, name };
      }),
    );
    const columns = [text('Parameter'), text('This run'), text('Stages'), text('Paper')];
    const names = group.stages.length === 1 ? group.stages[0]! : `${group.stages.join(', ')}`;
    return `<h3>${escapeText(group.kind)} <span class="note">${escapeText(names)}</span></h3>\n${table(columns, rows)}`;
  });
  return `<p>Values of all stages; the last column is what the paper uses, where it says so.</p>\n${groups.join('')}`;
}

export function dataSection(facts: ReportFacts): string {
  const tierRows = facts.tiers.reduce((sum, tier) => sum + tier.rows, 0);
  const tiers = facts.tiers.map((tier) => ({
    cells: [heading(tier.tier), number(formatCount(tier.rows)), markup(shareBar(tier.rows, tierRows))],
  }));
  const split = facts.split.map((side) => ({
    cells: [heading(side.side), number(formatCount(side.rows)), number(formatCount(side.in_buffer))],
  }));
  const categories = facts.categories.map((row) => ({
    cells: [heading(row.category), text(row.family), text(row.split), number(formatCount(row.rows))],
  }));
  const dropped = facts.dropped.map((row) => ({
    cells: [heading(row.source), text(row.reason), number(formatCount(row.count))],
  }));
  const narrow = (caption: string) => ({ caption, narrow: true });
  return (
    '<div class="two">' +
    table([text('Tier'), number('Rows'), text('Share')], tiers, narrow('Difficulty tiers')) +
    table([text('Side'), number('Rows'), number('In replay buffer')], split, narrow('Split')) +
    '</div>\n' +
    table([text('Category'), text('Family'), text('Tools'), number('Cases')], categories, narrow('Test cases')) +
    (dropped.length === 0
      ? '<p>No row was dropped while the sources were read.</p>\n'
      : table([text('Source'), text('Reason'), number('Rows')], dropped, narrow('Dropped rows')))
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
    table([text('Stage'), ...names.map(number)], rows, { narrow: true })
  );
}

function shareBar(part: number, whole: number): string {
  const share = whole === 0 ? 0 : part / whole;
  return `<span class="share" style="width:${(share * 140).toFixed(1)}px"></span> ${formatPercent(share)} %`;
}
