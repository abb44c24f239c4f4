import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  columnList,
  type Columns,
  type Manifest,
  manifestDigest,
  manifestText,
  openStore,
  type Provenance,
  provenanceText,
  putBytes,
  type RowOf,
  type Store,
  writeTable,
} from '@itool/artifact';
import { recordRun } from '@itool/ledger';
import type { JsonValue } from '@itool/record';
import type { PipelineArtifacts, StageArtifacts } from '../src/artifacts.ts';

type Outputs = Record<string, Manifest['outputs'][string]>;
type Made = { kind: string; params?: JsonValue; inputs?: Record<string, string[]>; outputs: Outputs; code?: string; externals?: Record<string, string> };

/** A checkout with results that no stage has made: written by hand, byte by byte. */
export type MadeWorkspace = {
  root: string;
  store: Store;
  table: <const C extends Columns>(columns: C, rows: readonly RowOf<C>[]) => Outputs[string];
  text: (text: string, format?: string) => Outputs[string];
  /** Writes manifest and provenance of stages of pipeline `p`, producers first. */
  make: (stages: Record<string, Made>) => PipelineArtifacts;
  /** Ends a run in which these stages had these statuses. */
  run: (id: string, statuses: Record<string, string>, at?: number) => void;
  remove: () => void;
};

export function madeWorkspace(): MadeWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'itool-lineage-'));
  const store = openStore(join(root, 'store'));
  const made = new Map<string, StageArtifacts>();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return {
    root,
    store,
    table: (columns, rows) => ({
      format: 'arrow',
      ...putBytes(store, writeTable(rows, columns)),
      rows: rows.length,
      columns: columnList(columns),
    }),
    text: (text, format = 'text') => ({ format, ...putBytes(store, Buffer.from(text)) }),
    make: (stages) => {
      for (const [name, { kind, params = {}, inputs = {}, outputs, code = 'c0'.repeat(32), externals = {} }] of Object.entries(stages)) {
        const manifest: Manifest = { outputs };
        const provenance: Provenance = {
          ...{ pipeline: 'p', stage: name, kind, key: 'ee'.repeat(32), code, externals, params, facts: {} },
          inputs: Object.fromEntries(
            Object.entries(inputs).map(([role, producers]) => [
              role,
              producers.map((stage) => ({ stage, manifest: manifestDigest(made.get(stage)!.manifest) })),
            ]),
          ),
          manifest: manifestDigest(manifest),
        };
        made.set(name, { name, kind, manifest, provenance });
        write(`.itool/artifacts/p/${name}/manifest.json`, manifestText(manifest));
        write(`.itool/artifacts/p/${name}/provenance.json`, provenanceText(provenance));
      }
      return { pipeline: 'p', store, stages: [...made.values()] };
    },
    run: (id, statuses, at = Number(id) * 1000) => {
      const tasks = Object.fromEntries(
        Object.entries(statuses).map(([stage, status]) => [`p.${stage}:run`, { status, hash: '1', start: at + 1, end: at + 9 }]),
      );
      const record = { id, commit: `c${id}`, start: at, end: at + 10, tasks };
      const text = JSON.stringify(record);
      write(`.itool/runs/${id}.json`, text);
      recordRun(root, record, text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
