import type { JsonObject, ToolCall } from '@itool/record';
import { readString, readValue, setMember } from './read-value.ts';
import { accept, CallSyntaxError, fail, peek, skipSpace, type TextCursor } from './text-cursor.ts';

/**
 * What a response says: calls, no call at all, or a broken attempt at calls. `empty_list` marks the text `[]`, which is no call
 * but, unlike prose, a well-formed list of the wrong length.
 */
export type ParsedCalls = {
  status: 'ok' | 'noCall' | 'syntaxError';
  calls: ToolCall[];
  error?: string;
  empty_list?: true;
};

function readKey(cursor: TextCursor): string {
  const next = peek(cursor);
  if (next === '"' || next === "'") return readString(cursor);
  const rest = /[^=,()[\]{}"'\n]*/y;
  rest.lastIndex = cursor.pos;
  const key = rest.exec(cursor.text)?.[0] ?? '';
  if (key.trim() === '' || cursor.text[cursor.pos + key.length] !== '=') fail(cursor, 'name=value');
  cursor.pos += key.length;
  return key.trim();
}

function readArguments(cursor: TextCursor): JsonObject {
  const values: JsonObject = {};
  while (!accept(cursor, ')')) {
    const key = readKey(cursor);
    if (!accept(cursor, '=')) fail(cursor, '"="');
    setMember(values, key, readValue(cursor));
    if (!accept(cursor, ',') && peek(cursor) !== ')') fail(cursor, '"," or ")"');
  }
  return values;
}

/**
 * A name is any text up to the `(` whose bracket holds arguments and closes before `,`, `]` or the end, so names with spaces,
 * dots and even brackets of their own parse. The failure reported is that of the first `(`.
 */
function readCall(cursor: TextCursor): ToolCall {
  skipSpace(cursor);
  const start = cursor.pos;
  let failure: CallSyntaxError | undefined;
  for (let open = start; open < cursor.text.length; open++) {
    const char = cursor.text[open]!;
    if (/[="'\n[\]{},]/.test(char)) break;
    if (char !== '(' || open === start) continue;
    cursor.pos = open + 1;
    try {
      const call = { name: cursor.text.slice(start, open).trim(), arguments: readArguments(cursor) };
      if (!['', ',', ']'].includes(peek(cursor))) fail(cursor, '",", "]" or the end');
      return call;
    } catch (error) {
      if (!(error instanceof CallSyntaxError)) throw error;
      failure ??= error;
    }
  }
  if (failure) throw failure;
  cursor.pos = start;
  return fail(cursor, 'a call');
}

function readCalls(cursor: TextCursor): ToolCall[] {
  const calls: ToolCall[] = [];
  accept(cursor, '[');
  while (peek(cursor) !== '' && peek(cursor) !== ']') {
    calls.push(readCall(cursor));
    if (!accept(cursor, ',') && !['', ']'].includes(peek(cursor))) fail(cursor, '",", "]" or the end');
  }
  accept(cursor, ']');
  if (peek(cursor) !== '') fail(cursor, 'the end');
  return calls;
}

function withoutFence(text: string): string {
  const trimmed = text.trim();
  const fenced = /^```[^\S\n]*\w*[^\S\n]*\n([\s\S]*?)\n?\s*(?:```)?$/.exec(trimmed);
  return (fenced?.[1] ?? trimmed.replace(/^`+|`+$/g, '')).trim();
}

/** Prose may hold brackets; only text that opens a list of calls, or a bare `name(key=` / `name()`, is an attempt at calls. */
function attemptsCalls(text: string): boolean {
  if (text.startsWith('[')) return text.includes('(') || !text.includes(']');
  return /^[\p{L}_][\p{L}\p{N}_.]*\(\s*(?:[\p{L}_][\p{L}\p{N}_]*\s*=|\)|$)/u.test(text);
}

/** Without any outer bracket, a sentence mark before the first `(` means prose. */
function isSentence(text: string): boolean {
  return !text.startsWith('[') && !text.endsWith(']') && /^[^(]*(?:[:;!?]|\.\s)/.test(text);
}

/**
 * Reads the calls of a response by the tolerant grammar of the method: `[name(key=value, ...), ...]` with Python or JSON values.
 * Tolerated: missing outer brackets, code fences, trailing commas, quoted or spaced keys; a repeated key keeps its last value.
 * Never throws. `noCall` covers prose, the empty text and `[]`.
 */
export function parseCalls(text: string): ParsedCalls {
  const clean = withoutFence(text);
  if (clean === '') return { status: 'noCall', calls: [] };
  if (isSentence(clean) && !attemptsCalls(clean)) return { status: 'noCall', calls: [] };
  try {
    const calls = readCalls({ text: clean, pos: 0 });
    return calls.length > 0 ? { status: 'ok', calls } : { status: 'noCall', calls, empty_list: true };
  } catch (error) {
    // A RangeError means brackets nested deeper than the stack, which no tool accepts.
    if (!(error instanceof CallSyntaxError || error instanceof RangeError)) throw error;
    return attemptsCalls(clean)
      ? { status: 'syntaxError', calls: [], error: error.message }
      : { status: 'noCall', calls: [] };
  }
}
