import { canonicalJson, type JsonValue } from '@itool/record';
import type { StageFacts } from '../report-data.ts';
import { type PaperValue, paperValue } from './paper-values.ts';

export type ParameterRow = {
  path: string;
  /** Stages that share a value (and the paper's value) are one entry; entries in execution order. */
  values: { stages: string[]; value: JsonValue; paper: PaperValue | null; differs: boolean }[];
};

export type ParameterGroup = { kind: string; stages: string[]; rows: ParameterRow[] };

/** Parameters of all stages, one group per stage kind, one row per parameter path, with the paper's value where it states one. */
export function parameterTable(stages: readonly StageFacts[]): ParameterGroup[] {
  const groups: ParameterGroup[] = [];
  for (const kind of new Set(stages.map((stage) => stage.kind))) {
    const members = stages.filter((stage) => stage.kind === kind);
    const flat = members.map((stage) => ({ stage, params: new Map(flatten(stage.params)) }));
    const paths = [...new Set(flat.flatMap((member) => [...member.params.keys()]))];
    const rows = paths.map((path) => ({ path, values: valuesOf(path, flat) }));
    if (rows.length > 0) groups.push({ kind, stages: members.map((stage) => stage.name), rows });
  }
  return groups;
}

function valuesOf(
  path: string,
  flat: readonly { stage: StageFacts; params: Map<string, JsonValue> }[],
): ParameterRow['values'] {
  const byText = new Map<string, ParameterRow['values'][number]>();
  for (const { stage, params } of flat) {
    const value = params.get(path);
    if (value === undefined) continue;
    const paper = paperValue(stage, path);
    const key = canonicalJson([value, paper]);
    const known = byText.get(key);
    if (known !== undefined) known.stages.push(stage.name);
    else {
      const differs = paper !== null && canonicalJson(paper.value) !== canonicalJson(value);
      byText.set(key, { stages: [stage.name], value, paper, differs });
    }
  }
  return [...byText.values()];
}

/** Nested objects become dotted paths; arrays stay values. */
export function flatten(params: Record<string, JsonValue>, prefix = ''): [string, JsonValue][] {
  return Object.entries(params).flatMap(([key, value]): [string, JsonValue][] =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? flatten(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value]],
  );
}
