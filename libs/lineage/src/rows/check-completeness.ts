import { stagesOfRole } from '../artifacts.ts';
import type { LineageStage, LineageTable, LineageTables } from './lineage-tables.ts';
import { allRows, linkedDown, rowSet } from './row-set.ts';
import type { Origin } from './table-rule.ts';

export type TableCompleteness = {
  stage: string;
  output: string;
  rows: number;
  /** Rows that come from outside. */
  imported: number;
  /** Rows that a generator of this project made. */
  generated: number;
  /** Rows made of rows that reach a source row. */
  derived: number;
  /** Rows that reach one only through a model or a whole table. */
  indirect: number;
  /** Rows of which nobody can say where they come from; their ids. */
  unreached: string[];
};

/** Whether every row of every table comes from a source row, or is marked as generated; producers first. */
export function checkCompleteness(tables: LineageTables): TableCompleteness[] {
  const grounded = rowSet();
  return tables.stages.flatMap((stage) => stage.tables.map((table) => ground(tables, stage, table)));

  function ground({ resolve }: LineageTables, stage: LineageStage, table: LineageTable): TableCompleteness {
    const origins = allRows(table).map((row) => originOf(table, row));
    const sources = new Set(origins.flatMap((origin, row) => (origin === null ? [] : [row])));
    const made = new Set<number>();
    for (const link of table.rule.from ?? [])
      for (const source of resolve(stage, link))
        for (const row of linkedDown(table, link, source, grounded.get(source))) if (!sources.has(row)) made.add(row);
    grounded.add(table, sources);
    grounded.add(table, made);
    const whole =
      (table.rule.over ?? []).some((ref) => resolve(stage, ref).some((other) => grounded.get(other).size > 0)) ||
      (table.rule.models ?? []).some((role) => stagesOfRole(stage.artifacts, role).some(hasLearned));
    const rest = allRows(table).filter((row) => !sources.has(row) && !made.has(row));
    if (whole) grounded.add(table, rest);
    const count = (kind: Origin['kind']): number => origins.filter((origin) => origin?.kind === kind).length;
    return {
      stage: table.stage,
      output: table.output,
      rows: table.rows,
      imported: count('imported'),
      generated: count('generated'),
      derived: made.size,
      indirect: whole ? rest.length : 0,
      unreached: whole ? [] : rest.map((row) => table.ids[row]!),
    };
  }

  function hasLearned(model: string): boolean {
    const seen = tables.stage(model)?.tables.find((table) => table.output === 'seen');
    return seen !== undefined && grounded.get(seen).size > 0;
  }
}

/** Where a row comes from when it is made of no other; null for rows that are. */
export function originOf(table: LineageTable, row: number): Origin | null {
  const { origin, id, columns = [] } = table.rule;
  if (origin === undefined) return null;
  return origin(Object.fromEntries([...id, ...columns].map((name) => [name, table.column(name)[row] ?? null])));
}
