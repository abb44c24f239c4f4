import type { JsonObject, JsonValue, Tool, ToolCall } from '@itool/record';

export type MatchOptions = {
  /** Tools of the row; an argument equal to the default of its schema may be added freely. */
  tools?: readonly Tool[];
  /** Compare strings exactly and allow no extra argument. */
  strict?: boolean;
};

/** String comparison form of BFCL: without spaces and `, . / - _ * ^`, lower case, double quotes for single ones. */
export function normaliseString(text: string): string {
  return text
    .replace(/[ ,./\-_*^]/g, '')
    .toLowerCase()
    .replaceAll("'", '"');
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal after typing: 1 = 1.0 since both are one JSON number, true is not 1, objects ignore key order. */
export function valuesMatch(a: JsonValue, b: JsonValue, strict = false): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    return a === b || (!strict && normaliseString(a) === normaliseString(b));
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => valuesMatch(item, b[i]!, strict));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && valuesMatch(a[key]!, b[key]!, strict));
  }
  return a === b;
}

function defaultOf(tools: readonly Tool[] | undefined, name: string, key: string): JsonValue | undefined {
  const properties = tools?.find((tool) => tool.name === name)?.parameters?.properties;
  if (properties === undefined || !isObject(properties) || !Object.hasOwn(properties, key)) return undefined;
  const schema = properties[key]!;
  return isObject(schema) && Object.hasOwn(schema, 'default') ? schema.default : undefined;
}

/** Keys of `predicted` that the expected call lacks and that are not the schema default written out. */
export function surplusKeys(predicted: ToolCall, expected: ToolCall, options: MatchOptions = {}): string[] {
  return Object.keys(predicted.arguments).filter((key) => {
    if (Object.hasOwn(expected.arguments, key)) return false;
    const standard = options.strict ? undefined : defaultOf(options.tools, expected.name, key);
    return standard === undefined || !valuesMatch(predicted.arguments[key]!, standard);
  });
}

export function callMatches(predicted: ToolCall, expected: ToolCall, options: MatchOptions = {}): boolean {
  if (predicted.name !== expected.name || surplusKeys(predicted, expected, options).length > 0) return false;
  return Object.entries(expected.arguments).every(
    ([key, value]) =>
      Object.hasOwn(predicted.arguments, key) && valuesMatch(predicted.arguments[key]!, value, options.strict),
  );
}

/**
 * AST match of the outcome term O(s) (specification 7.1): as many calls, paired one to one in any order, each pair with the same
 * name, the same keys (an extra key may spell out its default) and equal values. The pairing is a true bipartite matching, so
 * the verdict does not depend on the order of calls.
 */
export function callsMatch(
  predicted: readonly ToolCall[],
  expected: readonly ToolCall[],
  options: MatchOptions = {},
): boolean {
  if (predicted.length !== expected.length) return false;
  const partnerOf = new Map<number, number>();
  const assign = (p: number, visited: Set<number>): boolean =>
    expected.some((call, e) => {
      if (visited.has(e) || !callMatches(predicted[p]!, call, options)) return false;
      visited.add(e);
      const holder = partnerOf.get(e);
      if (holder !== undefined && !assign(holder, visited)) return false;
      partnerOf.set(e, p);
      return true;
    });
  return predicted.every((_, p) => assign(p, new Set()));
}
