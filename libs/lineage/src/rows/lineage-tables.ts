import { type Cell, readBlob, readColumns, readParquet } from '@itool/artifact';
import { type PipelineArtifacts, type StageArtifacts, stagesOfRole } from '../artifacts.ts';
import { stageRule } from './stage-rules.ts';
import type { StageRule, TableRef, TableRule } from './table-rule.ts';

/** A table with the columns that lineage needs, cells as text. */
export type LineageTable = {
  stage: string;
  output: string;
  rule: TableRule;
  rows: number;
  /** Ids of the rows: cells of the id columns, joined by `/`. */
  ids: string[];
  /** All columns of the table. */
  names: string[];
  column: (name: string) => readonly (string | null)[];
};

export type LineageStage = {
  artifacts: StageArtifacts;
  /** null: the kind has no rules */
  rule: StageRule | null;
  tables: LineageTable[];
  /** Stages that it reads. */
  producers: string[];
};

/** All tables of a pipeline, producers first. */
export type LineageTables = {
  artifacts: PipelineArtifacts;
  stages: LineageStage[];
  stage: (name: string) => LineageStage | undefined;
  /** Tables that `ref` of a stage means: several when the role is a list. */
  resolve: (stage: LineageStage, ref: TableRef) => LineageTable[];
};

/**
 * Reads the ids and links of all rows.
 *
 * @throws ItoolError corrupt_artifact when bytes are lost or damaged
 */
export async function readLineageTables(artifacts: PipelineArtifacts): Promise<LineageTables> {
  const stages: LineageStage[] = [];
  for (const stage of artifacts.stages) {
    const rule = stageRule(stage);
    const tables: LineageTable[] = [];
    for (const [output, blob] of Object.entries(stage.manifest.outputs)) {
      if (blob.columns === undefined) continue;
      const known = rule?.tables.find((table) => table.output === output);
      const own = known ?? { output, id: [] };
      const names = blob.columns.map((column) => column.name);
      const cells = await readCells(artifacts, stage, output, names);
      tables.push(lineageTable(stage.name, own, blob.rows ?? 0, names, cells));
    }
    // A table may link to another of its stage that its rule names before it.
    const order = rule?.tables.map((table) => table.output) ?? [];
    tables.sort((a, b) => order.indexOf(a.output) - order.indexOf(b.output));
    const roles = Object.keys(stage.provenance.inputs);
    const producers = [...new Set(roles.flatMap((role) => stagesOfRole(stage, role)))];
    stages.push({ artifacts: stage, rule, tables, producers });
  }
  const byName = new Map(stages.map((stage) => [stage.artifacts.name, stage]));
  return {
    artifacts,
    stages,
    stage: (name) => byName.get(name),
    resolve: (stage, { role, output }) => {
      const owners = role === null ? [stage] : stagesOfRole(stage.artifacts, role).map((name) => byName.get(name));
      return owners.flatMap((owner) => owner?.tables.filter((table) => table.output === output) ?? []);
    },
  };
}

function lineageTable(
  stage: string,
  rule: TableRule,
  rows: number,
  names: string[],
  cells: (name: string) => readonly Cell[],
): LineageTable {
  const texts = new Map<string, (string | null)[]>();
  const column = (name: string): readonly (string | null)[] => {
    const known = texts.get(name) ?? cells(name).map((cell) => (cell === null ? null : String(cell)));
    texts.set(name, known);
    return known;
  };
  const parts = rule.id.map(column);
  const ids = Array.from({ length: rows }, (_, i) =>
    parts.length === 0 ? String(i) : parts.map((part) => part[i] ?? '').join('/'),
  );
  return { stage, output: rule.output, rule, rows, ids, names, column };
}

async function readCells(
  { store }: PipelineArtifacts,
  stage: StageArtifacts,
  output: string,
  names: readonly string[],
): Promise<(name: string) => readonly Cell[]> {
  const blob = stage.manifest.outputs[output]!;
  const bytes = readBlob(store, blob.sha256);
  if (blob.format === 'arrow') return readColumns(bytes).cells;
  const rows = await readParquet(bytes);
  return (name) => (names.includes(name) ? rows.map((row) => row[name] ?? null) : []);
}
