import { textTable } from '../text/text-table.ts';
import type { RowAnswer } from './ask-row.ts';

const SHOWN_IDS = 3;

/** The answer for a person: the models first, since that is what audits ask for. */
export function rowAnswerText({ pipeline, row, found, up, down }: RowAnswer): string {
  const lines = [`${pipeline}: ${row} is a row of ${found.join(', ')}\n`];
  if (up !== null) {
    lines.push('\nmade of\n', tableText(up.made_of));
    for (const [origin, count] of Object.entries(up.origins)) lines.push(`  ${count} of them from: ${origin}\n`);
    if (up.models.length > 0) lines.push(`\nmade with the model of ${up.models.join(', which goes on from ')}\n`);
    if (up.among.length > 0) lines.push(`\nchosen or counted among all rows of ${up.among.join(', ')}\n`);
    if (up.models.length > 0) {
      const shared = Object.keys(up.shares_tools_with).length;
      lines.push(
        `\nthese models have learned from rows that share a tool with it (${up.tools.join(', ') || 'it has none'})\n`,
      );
      lines.push(shared === 0 ? '  none\n' : tableText(up.shares_tools_with));
    }
  }
  if (down !== null) {
    lines.push('\nmodels that have seen this row\n');
    lines.push(
      down.models.length === 0 ? '  none\n' : textTable(down.models.map((model) => ['', model.stage, seenText(model)])),
    );
    lines.push('\nmade of it\n', tableText(down.derived));
    const rows = Object.entries(down.reached).map(([table, count]) => ['', table, `${count}`]);
    lines.push('\nrows that could be different without it\n', textTable(rows, [2]));
    lines.push(
      `\n${down.artifacts.length} artifacts could be different without it, no other can (--json names them)\n`,
    );
  }
  return lines.join('');
}

function seenText({ uses, from, influenced }: NonNullable<RowAnswer['down']>['models'][number]): string {
  const counted = Object.entries(uses).filter(([use]) => use !== 'dropped');
  const own = counted.map(
    ([use, count]) =>
      `${use === 'train' ? 'trained on' : use === 'validation' ? 'validated on' : `${use}:`} ${count} row${count === 1 ? '' : 's'}`,
  );
  if (own.length === 0 && influenced && from.length === 0) own.push('trained on rows that were chosen with it');
  return [...own, ...(from.length > 0 ? [`goes on from ${from.join(', ')}`] : [])].join('; ');
}

function tableText(rows: Record<string, string[]>): string {
  return textTable(
    Object.entries(rows).map(([table, ids]) => {
      const more = ids.length - SHOWN_IDS;
      return ['', table, `${ids.length}`, `${ids.slice(0, SHOWN_IDS).join(' ')}${more > 0 ? ' ...' : ''}`];
    }),
    [2],
  );
}
