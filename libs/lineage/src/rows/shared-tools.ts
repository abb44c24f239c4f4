import { readBlob } from '@itool/artifact';
import type { LineageTable, LineageTables } from './lineage-tables.ts';
import { traceDown } from './trace-down.ts';
import { traceUp } from './trace-up.ts';

export type ToolNames = {
  /** Names of the tools that a row of `<ingest>/rows`, `pretraining` or `cases` offers. */
  of: (table: LineageTable, row: number) => readonly string[];
};

/** Reads which tools source rows and evaluation cases offer. */
export function readToolNames({ artifacts, stages }: LineageTables): ToolNames {
  const cases = new Map<string, string[]>();
  for (const { artifacts: stage } of stages) {
    for (const [output, blob] of Object.entries(stage.manifest.outputs)) {
      if (!/^eval\/.*\.questions$/.test(output)) continue;
      for (const line of Buffer.from(readBlob(artifacts.store, blob.sha256)).toString('utf8').split('\n')) {
        if (line.trim() === '') continue;
        const question = JSON.parse(line) as { id: string; function?: { name: string }[] };
        cases.set(
          `${stage.name} ${question.id}`,
          (question.function ?? []).map((tool) => tool.name),
        );
      }
    }
  }
  return {
    of: (table, row) => {
      if (table.output === 'cases') return cases.get(`${table.stage} ${table.ids[row]}`) ?? [];
      const text = offersTools(table) ? table.column('tools')[row] : null;
      return text ? (JSON.parse(text) as { name: string }[]).map((tool) => tool.name) : [];
    },
  };
}

export type SharingRows = {
  table: LineageTable;
  /** Row numbers. */
  rows: number[];
};

/**
 * Rows that the models in `models` have seen and that are made of a source row which offers one of `tools`, with everything that lies
 * between the two: source rows, prompts, tree nodes, pairs. Producers first.
 */
export function rowsSharingTools(
  tables: LineageTables,
  names: ToolNames,
  models: readonly string[],
  tools: ReadonlySet<string>,
): SharingRows[] {
  const offering = tables.stages.flatMap((stage) =>
    stage.tables.filter(offersTools).map((table) => ({
      table,
      rows: table.ids.flatMap((_, row) => (names.of(table, row).some((name) => tools.has(name)) ? [row] : [])),
    })),
  );
  const { derived } = traceDown(tables, offering);
  const seen = models.flatMap((model) => tables.stage(model)?.tables.filter((table) => table.output === 'seen') ?? []);
  const up = traceUp(
    tables,
    seen.map((table) => ({ table, rows: [...derived.get(table)] })),
  );
  return tables.stages.flatMap((stage) =>
    stage.tables.flatMap((table) => {
      const rows = [...up.rows.get(table)].filter((row) => derived.get(table).has(row)).sort((a, b) => a - b);
      return rows.length === 0 ? [] : [{ table, rows }];
    }),
  );
}

/** Rows that are trained on, not evaluation cases. */
function offersTools(table: LineageTable): boolean {
  return table.rule.origin !== undefined && ['rows', 'pretraining'].includes(table.output);
}
