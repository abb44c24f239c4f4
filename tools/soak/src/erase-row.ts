import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, readManifest, readProvenance } from '@itool/artifact';
import {
  findRows,
  type LineageTable,
  type LineageTables,
  readLineageTables,
  type StageArtifacts,
  traceDown,
} from '@itool/lineage';
import { type ReadText, resolvePipeline, stageFolder, workspaceReader } from '@itool/pipeline';
import { openRunner, type Runner, runStage } from '@itool/stage';
import { CHECKOUT } from './workspace-copy.ts';

type Json = { [key: string]: unknown };

/** A pipeline that runs in this process, with a store and artifacts of its own in a temporary folder. */
export type PipelineHere = {
  /** Runs it with these rows left out, and gives back its tables. */
  run: (excluded: readonly string[]) => Promise<LineageTables>;
  remove: () => void;
};

/** @param patch merged over the stages of the pipeline, for a smaller one */
export function pipelineHere(pipeline: string, patch: Json = {}): PipelineHere {
  const base = mkdtempSync(join(tmpdir(), 'itool-erase-'));
  const store = openStore(join(base, 'store'));
  const read = workspaceReader(CHECKOUT);
  const name = 'erased';
  const run = async (excluded: readonly string[]): Promise<LineageTables> => {
    const stages = (patch['stages'] ?? {}) as Json;
    const ingest = (stages['ingest'] ?? {}) as { params?: Json };
    const definition = {
      ...patch,
      name,
      extends: `../${pipeline}/pipeline.json`,
      stages: { ...stages, ingest: { ...ingest, params: { ...ingest.params, exclude_rows: excluded } } },
    };
    const readText: ReadText = (path) =>
      path === `pipelines/${name}/pipeline.json` ? JSON.stringify(definition) : read(path);
    const runner: Runner = {
      ...openRunner(CHECKOUT, pipeline, store),
      workspace: base,
      pipeline: resolvePipeline(name, readText),
      readText,
      write: () => {},
    };
    for (const stage of runner.pipeline.stages) await runStage(runner, stage.name);
    const artifacts = runner.pipeline.stages.map((stage): StageArtifacts => {
      const folder = join(base, stageFolder(name, stage.name));
      return {
        name: stage.name,
        kind: stage.kind,
        manifest: readManifest(join(folder, 'manifest.json'))!,
        provenance: readProvenance(join(folder, 'provenance.json'))!,
      };
    });
    return readLineageTables({ pipeline: name, store, stages: artifacts });
  };
  return { run, remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 3 }) };
}

export type Erasure = {
  row: string;
  models: string[];
  /** Artifacts that lineage names. */
  named: string[];
  /** Artifacts that changed although lineage does not name them: none, if lineage is right. */
  unforeseen: string[];
  /** Rows of named tables that changed although lineage does not name them, as `<stage>/<output>:<id>`. */
  unforeseenRows: string[];
  /** Named artifacts that did not change. */
  unchanged: string[];
  artifacts: number;
};

/** Leaves one row out, runs the pipeline again, and compares what has changed with what lineage had named. */
export async function eraseRow(pipeline: PipelineHere, before: LineageTables, row: string): Promise<Erasure> {
  const found = findRows(before, row);
  const { outputs, reached, models } = traceDown(before, found);
  const after = await pipeline.run([row]);
  const [old, now] = [digestsOf(before), digestsOf(after)];
  const artifacts = [...new Set([...old.keys(), ...now.keys()])];
  const changed = artifacts.filter((name) => old.get(name) !== now.get(name));
  const unforeseenRows = before.stages.flatMap((stage) =>
    stage.tables.flatMap((table) => {
      const other = after.stage(table.stage)?.tables.find((one) => one.output === table.output);
      return changedRows(table, other)
        .filter((one) => !reached.get(table).has(one))
        .map((one) => `${table.stage}/${table.output}:${table.ids[one]}`);
    }),
  );
  return {
    row,
    models: models.map((model) => model.stage),
    named: outputs,
    unforeseen: changed.filter((name) => !outputs.includes(name)),
    unforeseenRows,
    unchanged: outputs.filter((name) => !changed.includes(name)),
    artifacts: artifacts.length,
  };
}

/** Rows whose cells are no longer found under their id. */
function changedRows(table: LineageTable, other: LineageTable | undefined): number[] {
  const names = table.names;
  const textOf = (one: LineageTable, row: number): string =>
    JSON.stringify(names.map((name) => one.column(name)[row] ?? null));
  const known = new Map(other?.ids.map((id, row) => [id, textOf(other, row)]));
  return table.ids.flatMap((id, row) => (known.get(id) === textOf(table, row) ? [] : [row]));
}

function digestsOf({ stages }: LineageTables): Map<string, string> {
  return new Map(
    stages.flatMap(({ artifacts: { name, manifest } }) =>
      Object.entries(manifest.outputs).map(([output, { sha256 }]) => [`${name}/${output}`, sha256] as const),
    ),
  );
}

/**
 * Rows that lie apart: one that only one tier and the search may see, one that was validated on, one that the tokenizer has seen, one
 * that no model has seen.
 */
export function differentRows(tables: LineageTables): Map<string, string> {
  const rows = tables.stages.flatMap((stage) => stage.tables).find((table) => table.output === 'rows')!;
  const chosen = new Map<string, string>();
  rows.ids.forEach((id, row) => {
    const { models } = traceDown(tables, [{ table: rows, rows: [row] }]);
    const direct = models
      .flatMap(({ stage, uses }) => Object.keys(uses).map((use) => `${use} of ${stage}`))
      .filter((use) => !use.startsWith('dropped'));
    const key = direct.length === 0 ? 'seen by no model' : direct.join(', ');
    if (!chosen.has(key)) chosen.set(key, id);
  });
  return chosen;
}
