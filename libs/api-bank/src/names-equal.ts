import { dictGet } from '@itool/bfcl';
import type { JsonObject, JsonValue, ToolCall } from '@itool/record';
import { parseCalls, valuesMatch } from '@itool/tool-call';
import { searchedName } from './apis/everyday.ts';
import { DESCRIPTORS } from './descriptors.ts';
import type { Turn } from './dialogues.ts';

type ApiTurn = Extract<Turn, { role: 'API' }>;

/** A recorded text as the value that its declared type makes of it; text that is no such value stays text. */
function typedValue(text: string, type: string | undefined): JsonValue {
  if (type === undefined || type === 'str') return text;
  const { status, calls } = parseCalls(`[f(x=${text})]`);
  return status === 'ok' ? (calls[0]!.arguments['x'] ?? text) : text;
}

/** The recorded call with typed arguments, for the taxonomy and the grader. */
export function expectedCall({ api_name, param_dict }: ApiTurn): ToolCall {
  const parameters = DESCRIPTORS.get(api_name)?.input_parameters ?? {};
  const typed: JsonObject = {};
  for (const [key, text] of param_dict) {
    const value = typedValue(text, Object.hasOwn(parameters, key) ? parameters[key]!.type : undefined);
    Object.defineProperty(typed, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return { name: api_name, arguments: typed };
}

/** Arguments of other types than the declared one count as equal when their texts are: '2' for 2, 12345 for '12345'. */
function sameArgument(predicted: JsonValue, expected: JsonValue, recorded: string): boolean {
  return valuesMatch(predicted, expected, true) || (typeof predicted !== 'object' && String(predicted) === recorded);
}

/**
 * The second score: one call with the recorded name and exactly the recorded parameters, whatever happens when it runs. It needs no
 * databases, so it is not bounded by their drift, and it does not forgive other wording, which the official checks do in places.
 * A search is right when it finds the API that the recorded one found, since its keywords are free.
 */
export function namesAndParametersEqual(
  output: string,
  target: ApiTurn,
  searchTool: (keywords: string) => string | null,
): boolean {
  const { status, calls } = parseCalls(output);
  const [call] = calls;
  if (status !== 'ok' || calls.length !== 1 || call === undefined || call.name !== target.api_name) return false;
  const keys = Object.keys(call.arguments);
  if (keys.length !== target.param_dict.size || !keys.every((key) => target.param_dict.has(key))) return false;
  if (target.api_name === 'ToolSearcher') {
    const found = searchTool(String(call.arguments['keywords']));
    return found !== null && found === searchedName(dictGet(target.result, 'output') ?? null);
  }
  const expected = expectedCall(target).arguments;
  return keys.every((key) => sameArgument(call.arguments[key]!, expected[key]!, target.param_dict.get(key)!));
}
