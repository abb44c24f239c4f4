import { ItoolError } from '@itool/record';
import type { z } from 'zod';

/** A part of a parsed file: where a value of it stands, for messages. */
export type Place = { file: string; field: string };

type Definition = {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  valueType?: z.ZodType;
  element?: z.ZodType;
  in?: z.ZodType;
  getter?: () => z.ZodType;
};

/**
 * Turns the first zod issues into one error that says file, JSON path, what is wrong and what is allowed.
 *
 * @param place maps the path of an issue to the file and field that the reader should open
 * @throws ItoolError bad_config, always
 */
export function throwIssues(
  issues: readonly z.core.$ZodIssue[],
  schema: z.ZodType,
  place: (path: readonly PropertyKey[]) => Place,
): never {
  const lines = issues.slice(0, 5).map((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const at = place([...issue.path, issue.keys[0]!]);
      const valid = keysAt(schema, issue.path);
      return `${at.file}: ${at.field}: unknown key: ${issue.keys.map((k) => JSON.stringify(k)).join(', ')} (valid: ${valid.length > 0 ? valid.join(', ') : 'none'})`;
    }
    const at = place(issue.path);
    return `${at.file}: ${at.field}: ${issue.message}`;
  });
  const more = issues.length > 5 ? [`and ${issues.length - 5} more`] : [];
  throw new ItoolError({
    code: 'bad_config',
    message: `pipeline: ${[...lines, ...more].join('\n  ')}`,
    hint: 'Correct the named place.',
  });
}

/** Keys that the object schema at `path` accepts, sorted; empty where the schema is no object. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.ZodType | undefined = schema;
  for (const step of path) {
    const definition: Definition | undefined = unwrap(at);
    at = definition?.shape?.[String(step)] ?? definition?.valueType ?? definition?.element;
  }
  return Object.keys(unwrap(at)?.shape ?? {}).sort();
}

function unwrap(schema: z.ZodType | undefined): Definition | undefined {
  let definition = schema?._zod.def as Definition | undefined;
  while (definition !== undefined && definition.shape === undefined) {
    const inner: z.ZodType | undefined = definition.innerType ?? definition.in ?? definition.getter?.();
    if (inner === undefined) return definition;
    definition = inner._zod.def as Definition;
  }
  return definition;
}
