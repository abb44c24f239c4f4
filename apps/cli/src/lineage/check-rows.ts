import { checkCompleteness, readArtifacts, readLineageTables, type TableCompleteness } from '@itool/lineage';
import { textTable } from '../text/text-table.ts';

export type RowCheck = { pipeline: string; complete: boolean; tables: TableCompleteness[]; without_rules: string[] };

/** Whether every row of every table reaches a source row or is marked as generated. */
export async function checkRows(workspace: string, pipeline: string): Promise<RowCheck> {
  const tables = await readLineageTables(readArtifacts(workspace, pipeline));
  const checked = checkCompleteness(tables);
  const without_rules = tables.stages
    .filter((stage) => stage.rule === null && stage.tables.length > 0)
    .map((stage) => stage.artifacts.name);
  return { pipeline, complete: checked.every((table) => table.unreached.length === 0), tables: checked, without_rules };
}

export function completenessText({ pipeline, tables, without_rules }: RowCheck): string {
  const sum = (count: (table: TableCompleteness) => number): number =>
    tables.reduce((total, table) => total + count(table), 0);
  const unreached = sum((table) => table.unreached.length);
  const head = `${pipeline}: ${sum((table) => table.rows)} rows of ${tables.length} tables, ${unreached} of unknown origin\n\n`;
  const rows = tables.map(({ stage, output, rows: all, imported, generated, derived, indirect, unreached: lost }) => [
    `${stage}/${output}`,
    ...[all, imported, generated, derived, indirect, lost.length].map(String),
  ]);
  const names = ['table', 'rows', 'imported', 'generated', 'from rows', 'by model or table', 'unknown'];
  const rest = without_rules.length === 0 ? '' : `\nno rules for the rows of ${without_rules.join(', ')}\n`;
  return `${head}${textTable([names, ...rows], [1, 2, 3, 4, 5, 6])}${rest}`;
}
