import { ItoolError, type JsonObject } from '@itool/record';
import { merge } from './merge.ts';
import { orderStages } from './order-stages.ts';
import type { StageEntry } from './pipeline-schema.ts';
import { hasPath, type PipelineDefinition, type PipelineSource, type ReadText, readPipeline } from './read-pipeline.ts';
import { parseRef, type Ref } from './ref.ts';
import type { Need, ParamSource, ResolvedPipeline, ResolvedStage } from './resolved-pipeline.ts';

/** Kinds whose result depends on files that Nx does not see, so that they run every time. */
export const UNCACHED_KINDS: readonly string[] = ['import', 'import-model'];

/**
 * Reads a pipeline and expands its iterations and references.
 *
 * @param name folder below pipelines/
 * @throws ItoolError bad_config naming file, JSON path and the valid choices
 */
export function resolvePipeline(name: string, readText: ReadText): ResolvedPipeline {
  const definition = readPipeline(name, readText);
  const { merged, sources } = definition;
  const file = sources.at(-1)!.file;
  const outer = Object.keys(merged.stages);
  const inner = Object.keys(merged.iteration?.stages ?? {});
  const count = merged.iteration?.count ?? 0;
  checkNames(file, outer, inner, count);
  checkOverrides(file, definition);

  const stages: ResolvedStage[] = outer.map((stage) => ({
    pipeline: name,
    name: stage,
    kind: merged.stages[stage]!.kind,
    needs: resolveNeeds(merged.stages[stage]!, `${file}: stages.${stage}`, { outer, inner, count }),
    params: merged.stages[stage]!.params,
    param_sources: fieldsOf(sources, [['stages', stage]]),
  }));
  for (let i = 1; i <= count; i++) {
    const overrides = merged.iteration!.overrides[String(i)] ?? {};
    for (const stage of inner) {
      const entry = merged.iteration!.stages[stage]!;
      stages.push({
        pipeline: name,
        name: `${stage}-${i}`,
        kind: entry.kind,
        iteration: i,
        needs: resolveNeeds(entry, `${file}: iteration.stages.${stage}`, { outer, inner, count, i }),
        params: merge(entry.params, overrides[stage] ?? {}) as JsonObject,
        param_sources: fieldsOf(sources, [
          ['iteration', 'stages', stage],
          ['iteration', 'overrides', String(i), stage],
        ]),
      });
    }
  }
  return { name, files: sources.map((s) => s.file), iterations: count, stages: orderStages(stages, file) };
}

/** @throws ItoolError bad_config when the pipeline has no such stage */
export function findStage(pipeline: ResolvedPipeline, name: string): ResolvedStage {
  const stage = pipeline.stages.find((s) => s.name === name);
  if (stage !== undefined) return stage;
  throw new ItoolError({
    code: 'bad_config',
    message: `pipeline: ${pipeline.name} has no stage: ${JSON.stringify(name)} (valid: ${pipeline.stages.map((s) => s.name).join(', ')})`,
    hint: 'Use one of these names.',
  });
}

type Scope = { outer: readonly string[]; inner: readonly string[]; count: number; i?: number };

function resolveNeeds(entry: StageEntry, place: string, scope: Scope): Record<string, Need> {
  const needs: Record<string, Need> = {};
  for (const [role, refs] of Object.entries(entry.needs)) {
    const at = `${place}.needs.${role}`;
    needs[role] = Array.isArray(refs)
      ? { list: true, stages: refs.flatMap((text) => resolveRef(parseRef(text, at), text, at, scope, true)) }
      : { list: false, stages: resolveRef(parseRef(refs, at), refs, at, scope, false) };
  }
  return needs;
}

function resolveRef(ref: Ref, text: string, at: string, scope: Scope, inList: boolean): string[] {
  const fail = (why: string, valid: readonly string[]): never => {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${at}: ${why}: ${JSON.stringify(text)} (valid: ${valid.join(', ') || 'none'})`,
      hint: 'Correct the reference.',
    });
  };
  const { outer, inner, count, i } = scope;
  if (ref.form === 'single') {
    if (outer.includes(ref.stage)) return [ref.stage];
    if (inner.includes(ref.stage)) {
      return fail(
        'stage of the iterations needs to say which iteration',
        i === undefined ? [`${ref.stage}@last`, `${ref.stage}@*`] : [`${ref.stage}@i`],
      );
    }
    return fail('unknown stage', outer);
  }
  if (!inner.includes(ref.stage)) return fail('unknown stage of the iterations', inner);
  if (ref.form === 'same' || ref.form === 'previous') {
    if (i === undefined)
      return fail('only a stage of the iterations can say @i', [`${ref.stage}@last`, `${ref.stage}@*`]);
    if (ref.form === 'same') return [`${ref.stage}-${i}`];
    if (!outer.includes(ref.first)) return fail('unknown stage after "|"', outer);
    return [i === 1 ? ref.first : `${ref.stage}-${i - 1}`];
  }
  if (i !== undefined) return fail('a stage of the iterations cannot look at all iterations', [`${ref.stage}@i`]);
  if (ref.form === 'last') return [`${ref.stage}-${count}`];
  if (!inList) return fail('@* gives many stages, so it belongs into a list', [`["${text}"]`]);
  return Array.from({ length: count }, (_, k) => `${ref.stage}-${k + 1}`);
}

function checkNames(file: string, outer: readonly string[], inner: readonly string[], count: number): void {
  const seen = new Set<string>();
  const check = (field: string, stage: string, names: readonly string[]): void => {
    if (!/^[a-z][a-z0-9-]*$/.test(stage)) {
      throw new ItoolError({
        code: 'bad_config',
        message: `pipeline: ${file}: ${field}: stage name is not usable: ${JSON.stringify(stage)} (valid: lower-case letters, digits and "-", a letter first)`,
        hint: 'Rename the stage; a dot would hide its parameters from the cache key.',
      });
    }
    for (const name of names) {
      if (seen.has(name)) {
        throw new ItoolError({
          code: 'bad_config',
          message: `pipeline: ${file}: ${field}: two stages would have the name: ${JSON.stringify(name)}`,
          hint: 'Rename one of them; stages of iterations are called <name>-<i>.',
        });
      }
      seen.add(name);
    }
  };
  for (const stage of outer) check('stages', stage, [stage]);
  for (const stage of inner) {
    check('iteration.stages', stage, [stage, ...Array.from({ length: count }, (_, k) => `${stage}-${k + 1}`)]);
  }
}

function checkOverrides(file: string, definition: PipelineDefinition): void {
  const iteration = definition.merged.iteration;
  if (iteration === undefined) return;
  for (const [number, stages] of Object.entries(iteration.overrides)) {
    if (!/^[1-9]\d*$/.test(number) || Number(number) > iteration.count) {
      throw new ItoolError({
        code: 'bad_config',
        message: `pipeline: ${file}: iteration.overrides: no such iteration: ${JSON.stringify(number)} (valid: "1" to "${iteration.count}")`,
        hint: 'Correct the number or raise iteration.count.',
      });
    }
    for (const stage of Object.keys(stages)) {
      if (Object.hasOwn(iteration.stages, stage)) continue;
      throw new ItoolError({
        code: 'bad_config',
        message: `pipeline: ${file}: iteration.overrides.${number}: unknown stage: ${JSON.stringify(stage)} (valid: ${Object.keys(iteration.stages).join(', ')})`,
        hint: 'Correct the name.',
      });
    }
  }
}

/** A field is listed for each file that has it: Nx takes a field that is not there for constant. */
function fieldsOf(sources: readonly PipelineSource[], paths: readonly string[][]): ParamSource[] {
  return sources.flatMap(({ file, content }) =>
    paths.filter((path) => hasPath(content, path)).map((path) => ({ file, field: path.join('.') })),
  );
}
