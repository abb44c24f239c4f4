import type { LineageStage, LineageTable, LineageTables } from './lineage-tables.ts';
import { allRows, linkedDown, type RowSet, rowSet } from './row-set.ts';

/** A model and how it has come to know a row. */
export type SeenBy = {
  stage: string;
  /** Uses of the row, or of rows made of it, in this model's own training: `train`, `validation`, `tokenizer`; rows by use. */
  uses: Record<string, number>;
  /** Models that it goes on from and that have seen the row. */
  from: string[];
  /** Seen rows that are not made of the row but could be others without it (chosen by a model that has seen it). */
  influenced: boolean;
};

export type Descendants = {
  /** Rows made of the row: they hold its content or a part of it, or stand for it. */
  derived: RowSet;
  /** These, and all rows that could be different without it, because a model or a whole table stands between. */
  reached: RowSet;
  models: SeenBy[];
  /** `<stage>/<output>` of everything that could be different without the row, in stage order. */
  outputs: string[];
};

/**
 * Everything that a row has gone into. What is not named cannot depend on it. Stages of a kind without rules count as depending with
 * all their outputs on all that they read.
 */
export function traceDown(
  { stages, resolve }: LineageTables,
  seeds: readonly { table: LineageTable; rows: readonly number[] }[],
): Descendants {
  const derived = rowSet();
  const reached = rowSet();
  const models = new Map<string, SeenBy>();
  const outputs = new Set<string>();
  for (const { table, rows } of seeds) {
    derived.add(table, rows);
    reached.add(table, rows);
  }
  const touched = new Set<string>();
  for (const stage of stages) {
    const { name } = stage.artifacts;
    const own =
      stage.rule === null
        ? reachUnknown(stage, touched, reached)
        : reachStage(stage, resolve, derived, reached, models, touched);
    for (const output of own) outputs.add(`${name}/${output}`);
    if (own.length > 0) touched.add(name);
  }
  return { derived, reached, models: [...models.values()], outputs: [...outputs] };
}

/** @returns outputs that are reached */
function reachStage(
  stage: LineageStage,
  resolve: LineageTables['resolve'],
  derived: RowSet,
  reached: RowSet,
  models: Map<string, SeenBy>,
  touched: ReadonlySet<string>,
): string[] {
  const { artifacts, tables } = stage;
  const modelsOf = (role: string): string[] =>
    (artifacts.provenance.inputs[role] ?? []).map((input) => input.stage).filter((name) => models.has(name));
  const movedTables = new Set<string>();
  for (const table of tables) {
    for (const link of table.rule.from ?? []) {
      for (const source of resolve(stage, link)) {
        derived.add(table, linkedDown(table, link, source, derived.get(source)));
        reached.add(table, linkedDown(table, link, source, reached.get(source)));
      }
    }
    // A table that no rule names counts as made of all that the stage reads.
    const unruled =
      !stage.rule?.tables.includes(table.rule) && stage.producers.some((producer) => touched.has(producer));
    const moved =
      unruled ||
      (table.rule.over ?? []).some((ref) => resolve(stage, ref).some((source) => reached.get(source).size > 0)) ||
      (table.rule.models ?? []).some((role) => modelsOf(role).length > 0);
    if (!moved) continue;
    // Also without rows: there could be some then.
    movedTables.add(table.output);
    reached.add(table, allRows(table));
  }
  const model = stage.rule?.model;
  if (model !== undefined) {
    const from = model.parent === null ? [] : modelsOf(model.parent);
    const seen = tables.find((table) => table.output === 'seen');
    const uses = seen === undefined ? {} : countUses(seen, derived.get(seen));
    const influenced =
      seen !== undefined &&
      (movedTables.has('seen') || [...reached.get(seen)].some((row) => useOf(seen, row) !== 'dropped'));
    if (from.length > 0 || influenced) models.set(artifacts.name, { stage: artifacts.name, uses, from, influenced });
  }
  const withRows = tables.filter((table) => reached.get(table).size > 0).map((table) => table.output);
  const reachedTables = new Set([...movedTables, ...withRows]);
  const all = models.has(artifacts.name);
  return Object.keys(artifacts.manifest.outputs).filter((output) => {
    if (all || reachedTables.has(output)) return true;
    if (tables.some((table) => table.output === output)) return false;
    const decider = stage.rule?.decidedBy?.(output) ?? null;
    return decider === null ? reachedTables.size > 0 : reachedTables.has(decider);
  });
}

function reachUnknown(stage: LineageStage, touched: ReadonlySet<string>, reached: RowSet): string[] {
  const isSeed = stage.tables.some((table) => reached.get(table).size > 0);
  if (!isSeed && !stage.producers.some((name) => touched.has(name))) return [];
  for (const table of stage.tables) reached.add(table, allRows(table));
  return Object.keys(stage.artifacts.manifest.outputs);
}

function countUses(seen: LineageTable, rows: ReadonlySet<number>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[useOf(seen, row)] = (counts[useOf(seen, row)] ?? 0) + 1;
  return counts;
}

function useOf(seen: LineageTable, row: number): string {
  return seen.column('use')[row] ?? '';
}
