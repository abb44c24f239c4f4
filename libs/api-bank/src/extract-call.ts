import { SPACE } from './py-text.ts';

/** A call as the official parser sees it: all values are text, whatever they were; a repeated name keeps its last value. */
export type ParsedCall = { api_name: string; params: Map<string, string> };

const CALL_START = /\[([\p{L}\p{N}_]+)\(/uy;
const WORD = /[\p{L}\p{N}_]+/uy;
const SPACES = new RegExp(`[${SPACE}]*`, 'y');

type Found = { start: number; end: number; name: string; open: number };

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * First match of `\[(\w+)\((.*)\)\]`, in linear time. The pattern is greedy and stays on one line, so in each line the first
 * `[name(` runs to the last `)]`; when that one has none behind it, no later one has.
 */
function findCall(text: string): Found | null {
  let line = 0;
  while (line <= text.length) {
    const feed = text.indexOf('\n', line);
    const line_end = feed < 0 ? text.length : feed;
    const body = text.slice(line, line_end);
    const close = body.lastIndexOf(')]');
    for (let at = close < 0 ? -1 : body.indexOf('['); at >= 0 && at < close; at = body.indexOf('[', at + 1)) {
      const match = matchAt(CALL_START, body, at);
      if (!match) continue;
      const open = at + match[0].length;
      if (open > close) break;
      return { start: line + at, end: line + close + 2, name: match[1]!, open: line + open };
    }
    line = line_end + 1;
  }
  return null;
}

/** The part of a model output that is taken for a call (specs/api-bank.md 5.1), or null when there is none. */
export function extractCall(output: string): string | null {
  const found = findCall(output);
  return found && output.slice(found.start, found.end);
}

/** One parameter that starts with the word at `at`: name, value and the position behind it, or null. */
function readParameter(
  text: string,
  name_end: number,
  last: { quote: number; bracket: number },
): { value: string; end: number } | null {
  const equals = name_end + matchAt(SPACES, text, name_end)![0].length;
  if (text[equals] !== '=') return null;
  const start = equals + 1 + matchAt(SPACES, text, equals + 1)![0].length;
  const first = text[start];
  if (first === "'" || first === '"') {
    // The value is never empty: in k='' the second quote belongs to the value and the next quote closes it.
    if (last.quote < start + 2) return null;
    let end = start + 2;
    while (text[end] !== "'" && text[end] !== '"') end++;
    return { value: text.slice(start + 1, end), end: end + 1 };
  }
  if (first === '[') {
    return last.bracket > start ? { value: text.slice(start, last.bracket + 1), end: last.bracket + 1 } : null;
  }
  const word = matchAt(WORD, text, start);
  return word && { value: word[0], end: start + word[0].length };
}

/**
 * Name and parameters of an extracted call (specs/api-bank.md 5.2), null when the text holds no call. Linear: a name without a
 * value fails for all its endings at once, and quotes and brackets that lie nowhere ahead are not searched for.
 */
export function parseCall(text: string): ParsedCall | null {
  const found = findCall(text);
  if (!found) return null;
  const parameters = text.slice(found.open, found.end - 2);
  const last = {
    quote: Math.max(parameters.lastIndexOf("'"), parameters.lastIndexOf('"')),
    bracket: parameters.lastIndexOf(']'),
  };
  const params = new Map<string, string>();
  let at = 0;
  while (at < parameters.length) {
    const name = matchAt(WORD, parameters, at);
    if (!name) {
      at += parameters.codePointAt(at)! > 0xffff ? 2 : 1;
      continue;
    }
    const name_end = at + name[0].length;
    const parameter = readParameter(parameters, name_end, last);
    if (parameter) params.set(name[0], parameter.value);
    at = parameter?.end ?? name_end;
  }
  return { api_name: found.name, params };
}
