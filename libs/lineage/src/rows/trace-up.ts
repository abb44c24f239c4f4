import { stagesOfRole } from '../artifacts.ts';
import type { LineageTable, LineageTables } from './lineage-tables.ts';
import { linkedUp, type RowSet, rowSet } from './row-set.ts';

export type Ancestors = {
  /** The rows asked for and all that they are made of. */
  rows: RowSet;
  /** Models that the rows were made with, and those which these go on from; the latest first. */
  models: string[];
  /** `<stage>/<output>` of tables that were looked at as a whole: percentiles, caps, balances. */
  among: string[];
};

/** Everything that rows descend from. */
export function traceUp(
  { stages, stage: stageOf, resolve }: LineageTables,
  seeds: readonly { table: LineageTable; rows: readonly number[] }[],
): Ancestors {
  const rows = rowSet();
  const models = new Set<string>();
  const among = new Set<string>();
  for (const seed of seeds) rows.add(seed.table, seed.rows);
  for (const stage of [...stages].reverse()) {
    for (const table of [...stage.tables].reverse()) {
      const own = rows.get(table);
      if (own.size === 0) continue;
      for (const link of table.rule.from ?? [])
        for (const source of resolve(stage, link)) rows.add(source, linkedUp(table, link, source, own));
      for (const ref of table.rule.over ?? [])
        for (const source of resolve(stage, ref)) among.add(`${source.stage}/${source.output}`);
      for (const role of table.rule.models ?? [])
        for (const model of stagesOfRole(stage.artifacts, role)) for (const one of chain(model)) models.add(one);
    }
  }
  return { rows, models: [...models], among: [...among] };

  function chain(model: string): string[] {
    const stage = stageOf(model);
    const parent = stage?.rule?.model?.parent;
    if (stage === undefined || stage.rule?.model === undefined) return [];
    const parents = parent ? stagesOfRole(stage.artifacts, parent) : [];
    return [model, ...parents.flatMap(chain)];
  }
}
