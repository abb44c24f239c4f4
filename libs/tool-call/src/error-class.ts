import type { Tool, ToolCall } from '@itool/record';
import { alignCalls } from './align-calls.ts';
import { surplusKeys, valuesMatch } from './calls-match.ts';
import { type ParsedCalls, parseCalls } from './parse-calls.ts';

/** The seven error types of the paper (appendix A), in order of precedence. */
export const errorClasses = [
  'code_syntax',
  'tools_count',
  'tool_name',
  'parameter_count',
  'parameter_name',
  'parameter_value',
  'other',
] as const;

export type ErrorClass = (typeof errorClasses)[number];

/** The class that comes first in the taxonomy, or null when there is none. */
export function firstErrorClass(classes: readonly (ErrorClass | null)[]): ErrorClass | null {
  return errorClasses.find((errorClass) => classes.includes(errorClass)) ?? null;
}

function pairError(predicted: ToolCall, expected: ToolCall, tools: readonly Tool[] | undefined): ErrorClass | null {
  if (predicted.name !== expected.name) return 'tool_name';
  const surplus = surplusKeys(predicted, expected, { tools }).length;
  const missing = Object.keys(expected.arguments).filter((key) => !Object.hasOwn(predicted.arguments, key)).length;
  if (surplus !== missing) return 'parameter_count';
  if (surplus > 0) return 'parameter_name';
  const equal = Object.entries(expected.arguments).every(([key, value]) =>
    valuesMatch(predicted.arguments[key]!, value),
  );
  return equal ? null : 'parameter_value';
}

export type ClassifyOptions = {
  /** Calls of the ground truth; empty when the right answer calls nothing. */
  expected: readonly ToolCall[];
  /** Response text, or the result of `parseCalls` for it. */
  predicted: string | ParsedCalls;
  tools?: readonly Tool[];
};

/**
 * Names the error of a response, or null when it matches the ground truth as in `callsMatch`. A response without calls is
 * `code_syntax` when calls were expected (`[]` is `tools_count`); calling something when nothing was to be called is `other`.
 * Several calls are aligned by best assignment, and the error of highest precedence is named (specification 13.2).
 */
export function classifyError(options: ClassifyOptions): ErrorClass | null {
  const parsed = typeof options.predicted === 'string' ? parseCalls(options.predicted) : options.predicted;
  if (options.expected.length === 0) return parsed.status === 'ok' ? 'other' : null;
  if (parsed.status !== 'ok') return parsed.empty_list ? 'tools_count' : 'code_syntax';
  if (parsed.calls.length !== options.expected.length) return 'tools_count';
  return firstErrorClass(alignCalls(parsed.calls, options.expected).map(([p, e]) => pairError(p, e, options.tools)));
}

const BFCL_CLASSES: readonly (readonly [RegExp, ErrorClass])[] = [
  [/^ast_decoder:/, 'code_syntax'],
  [/:wrong_count$/, 'tools_count'],
  [/:wrong_func_name$/, 'tool_name'],
  [/:(missing_required|missing_optional)$/, 'parameter_count'],
  [/:unexpected_param$/, 'parameter_name'],
  [/^(type_error|value_error|dict_checker|list_dict_checker):/, 'parameter_value'],
];

/**
 * Maps an official BFCL error type to the taxonomy. `cannot_find_match` says only that some call of a parallel answer has no
 * partner, so the error types of the aligned pairs decide; without them the class is `parameter_value`, its usual cause.
 */
export function errorClassOfBfcl(error_type: string, pair_error_types: readonly (string | null)[] = []): ErrorClass {
  if (error_type.endsWith(':cannot_find_match')) {
    const classes = pair_error_types.map((type) => (type === null ? null : errorClassOfBfcl(type)));
    return firstErrorClass(classes) ?? 'parameter_value';
  }
  return BFCL_CLASSES.find(([pattern]) => pattern.test(error_type))?.[1] ?? 'other';
}

const API_BANK_CLASSES: Readonly<Record<string, ErrorClass>> = {
  NO_API_CALL: 'code_syntax',
  FAILED_PARSE_API_CALL: 'code_syntax',
  API_NAME_MISMATCH: 'tool_name',
  MISS_INPUT_ARGUMENT: 'parameter_count',
  INVALID_INPUT_PARAMETER: 'parameter_name',
  // A value of the wrong type, one that makes the API fail, or one that gives another result.
  UNCAUGHT: 'parameter_value',
  HAS_EXCEPTION: 'parameter_value',
  OUTPUT_MISMATCH: 'parameter_value',
  INPUT_MISMATCH: 'parameter_value',
  OTHER_FALSE: 'parameter_value',
};

/** Maps an outcome of API-Bank (specs/api-bank.md 6) to the taxonomy; null when the call is right. KEY_ERROR is a fault of the check itself. */
export function errorClassOfApiBank(outcome: string): ErrorClass | null {
  if (outcome === 'CORRECT') return null;
  return Object.hasOwn(API_BANK_CLASSES, outcome) ? API_BANK_CLASSES[outcome]! : 'other';
}
