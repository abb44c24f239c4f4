import type { LineageTable, LineageTables } from './lineage-tables.ts';
import type { RowLink } from './table-rule.ts';

/** Rows of tables, by table and row number. */
export type RowSet = {
  get: (table: LineageTable) => ReadonlySet<number>;
  /** @returns the number of rows that were not in the set before */
  add: (table: LineageTable, rows: Iterable<number>) => number;
};

export function rowSet(): RowSet {
  const sets = new Map<LineageTable, Set<number>>();
  const EMPTY: ReadonlySet<number> = new Set();
  return {
    get: (table) => sets.get(table) ?? EMPTY,
    add: (table, rows) => {
      const set = sets.get(table) ?? new Set<number>();
      const before = set.size;
      for (const row of rows) set.add(row);
      if (set.size > 0) sets.set(table, set);
      return set.size - before;
    },
  };
}

export function allRows(table: LineageTable): number[] {
  return Array.from({ length: table.rows }, (_, i) => i);
}

/** Rows of `table` that `link` ties to one of `rows` of `source`. */
export function linkedDown(
  table: LineageTable,
  link: RowLink,
  source: LineageTable,
  rows: ReadonlySet<number>,
): number[] {
  if (rows.size === 0) return [];
  const wanted = new Set<string | null>([...rows].map(keysOf(source, link, 1)));
  wanted.delete(null);
  const keyOf = keysOf(table, link, 0);
  return allRows(table).filter((row) => isLinked(table, link, row) && wanted.has(keyOf(row)));
}

/** Rows of `source` that `link` ties one of `rows` of `table` to. */
export function linkedUp(
  table: LineageTable,
  link: RowLink,
  source: LineageTable,
  rows: ReadonlySet<number>,
): number[] {
  const keyOf = keysOf(table, link, 0);
  const wanted = new Set<string | null>([...rows].filter((row) => isLinked(table, link, row)).map(keyOf));
  wanted.delete(null);
  if (wanted.size === 0) return [];
  const keyThere = keysOf(source, link, 1);
  return allRows(source).filter((row) => wanted.has(keyThere(row)));
}

function isLinked(table: LineageTable, { where }: RowLink, row: number): boolean {
  return where === undefined || table.column(where.column)[row] === where.value;
}

function keysOf(table: LineageTable, { on }: RowLink, side: 0 | 1): (row: number) => string | null {
  const columns = on.map((pair) => table.column(pair[side]));
  return (row) => {
    const cells = columns.map((column) => column[row] ?? null);
    return cells.includes(null) ? null : cells.join('\u0000');
  };
}

/** Tables with a row of this id, producers first. `<stage>/<output>:<id>` names the table as well. */
export function findRows(tables: LineageTables, wanted: string): { table: LineageTable; rows: number[] }[] {
  const named = /^([^/:]+)\/([^:]+):(.*)$/.exec(wanted);
  const id = named?.[3] ?? wanted;
  return tables.stages.flatMap((stage) =>
    stage.tables.flatMap((table) => {
      if (named !== null && (table.stage !== named[1] || table.output !== named[2])) return [];
      const rows = table.ids.flatMap((own, row) => (own === id ? [row] : []));
      return rows.length === 0 ? [] : [{ table, rows }];
    }),
  );
}

/** `mine-1/nodes:ab12-0/3` */
export function rowName(table: LineageTable, row: number): string {
  return `${table.stage}/${table.output}:${table.ids[row]}`;
}
