import { canonicalJson, type JsonValue } from '@itool/record';
import type { z } from 'zod';
import { throwIssues } from './explain-issues.ts';
import { parseJsonText } from './json-text.ts';
import { hasPath, type ReadText } from './read-pipeline.ts';
import type { ResolvedStage } from './resolved-pipeline.ts';

/**
 * Checks the parameters of a stage against the schema of its kind and fills in defaults. Keys come in name order: the order in which a
 * file writes them is no part of any key, so nothing may hang on it.
 *
 * @throws ItoolError bad_config naming the file and JSON path where the wrong value stands, and what is allowed
 */
export function parseParams(stage: ResolvedStage, schema: z.ZodType, readText: ReadText): JsonValue {
  const parsed = schema.safeParse(stage.params);
  if (parsed.success) return JSON.parse(canonicalJson(parsed.data)) as JsonValue;
  return throwIssues(parsed.error.issues, schema, (path) => {
    // Overrides hold params directly, stage entries hold them below "params"; the last writer is the one to correct.
    const written = stage.param_sources
      .map(({ file, field }) => ({
        file,
        path: [...field.split('.'), ...(field.startsWith('iteration.overrides.') ? [] : ['params']), ...path],
      }))
      .reverse();
    const holder =
      written.find((w) => hasPath(parseJsonText(readText(w.file) ?? 'null', w.file), w.path)) ?? written.at(-1)!;
    return { file: holder.file, field: holder.path.join('.') };
  });
}
