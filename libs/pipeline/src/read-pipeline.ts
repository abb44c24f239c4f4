import { ItoolError, type JsonObject, type JsonValue } from '@itool/record';
import { throwIssues } from './explain-issues.ts';
import { parseJsonText } from './json-text.ts';
import { isObject, merge } from './merge.ts';
import { type PipelineFile, pipelineSchema } from './pipeline-schema.ts';

/** Text of a file by its path relative to the workspace root, with `/`; undefined when there is none. */
export type ReadText = (path: string) => string | undefined;

/** One file of an `extends` chain as written. */
export type PipelineSource = { file: string; content: JsonObject };

export type PipelineDefinition = {
  name: string;
  /** The chain, base first. */
  sources: PipelineSource[];
  merged: PipelineFile;
};

/** Path of the file of a pipeline relative to the workspace root. */
export function pipelinePath(name: string): string {
  return `pipelines/${name}/pipeline.json`;
}

/**
 * Reads `pipelines/<name>/pipeline.json` with what it extends, merged and checked for structure. References are not yet resolved.
 *
 * @throws ItoolError bad_config with file and JSON path; missing_file
 */
export function readPipeline(name: string, readText: ReadText): PipelineDefinition {
  const file = pipelinePath(name);
  const sources = readChain(file, readText, []);
  const merged = sources.map((s) => withoutExtends(s.content)).reduce<JsonValue>((base, over) => merge(base, over), {});
  const parsed = pipelineSchema.safeParse(merged);
  const place = (path: readonly PropertyKey[]) => ({
    file: sourceOf(path, sources),
    field: path.join('.') || '(root)',
  });
  if (!parsed.success) throwIssues(parsed.error.issues, pipelineSchema, place);
  if (parsed.data.name !== name) {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${file}: name: differs from the folder: ${JSON.stringify(parsed.data.name)} (valid: ${JSON.stringify(name)})`,
      hint: 'Give the pipeline the name of its folder.',
    });
  }
  return { name, sources, merged: parsed.data };
}

/** True when `content` has a value at `path`. */
export function hasPath(content: JsonValue, path: readonly PropertyKey[]): boolean {
  let at: JsonValue | undefined = content;
  for (const step of path) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isObject(at) && Object.hasOwn(at, step)) at = at[String(step)];
    else return false;
  }
  return at !== undefined;
}

function readChain(file: string, readText: ReadText, seen: string[]): PipelineSource[] {
  if (seen.includes(file)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${file}: extends: goes round in a circle: ${[...seen, file].join(' -> ')}`,
      hint: 'Let one file of the circle extend nothing.',
    });
  }
  const text = readText(file);
  if (text === undefined) {
    const from = seen.at(-1);
    throw new ItoolError({
      code: 'missing_file',
      message: `pipeline: file does not exist: ${file}${from === undefined ? '' : ` (extended by ${from})`}`,
      hint: from === undefined ? 'Use the name of a folder below pipelines/.' : `Correct "extends" in ${from}.`,
    });
  }
  const content = parseJsonText(text, file);
  if (!isObject(content)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${file}: (root): expected an object`,
      hint: 'A pipeline is an object with "name" and "stages".',
    });
  }
  const base = content['extends'];
  if (base === undefined) return [{ file, content }];
  if (typeof base !== 'string') {
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: ${file}: extends: expected the relative path of a pipeline.json`,
      hint: 'For example "../itool/pipeline.json".',
    });
  }
  return [...readChain(joinPath(file, base), readText, [...seen, file]), { file, content }];
}

function withoutExtends(content: JsonObject): JsonObject {
  const { extends: _, ...rest } = content;
  return rest;
}

function sourceOf(path: readonly PropertyKey[], sources: readonly PipelineSource[]): string {
  const holder = [...sources].reverse().find((s) => hasPath(s.content, path));
  return (holder ?? sources.at(-1)!).file;
}

/** Resolves `relative` against the folder of `file`; both with `/`, inside the workspace. */
function joinPath(file: string, relative: string): string {
  const parts = file.split('/').slice(0, -1);
  for (const step of relative.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.' && step !== '') parts.push(step);
  }
  return parts.join('/');
}
