import type { JsonObject, JsonValue, Tool } from '@itool/record';
import { decodeCell, isObject } from './json-cell.ts';

/** One tool in any of the forms seen: bare, `{type: 'function', function}`, `input_schema`, `parameters` null or a list. */
function toolOf(value: JsonValue): Tool | null {
  const decoded = decodeCell(value);
  if (!isObject(decoded)) return null;
  const body = isObject(decoded['function']) ? decoded['function'] : decoded;
  if (typeof body['name'] !== 'string' || body['name'] === '') return null;
  const parameters = decodeCell(body['parameters'] ?? body['input_schema'] ?? body['inputSchema']);
  return {
    name: body['name'],
    ...(typeof body['description'] === 'string' ? { description: body['description'] } : {}),
    ...(isObject(parameters) ? { parameters } : {}),
  };
}

/**
 * Tools of a cell: a list, one tool, or either as JSON text (also encoded twice). Absent, null and empty text are no tools; null
 * is returned for anything else. Loose schemas are kept as they are (specs/itool.md 2.1): nothing is dropped for its schema.
 */
export function readTools(cell: JsonValue | undefined): Tool[] | null {
  const decoded = decodeCell(cell);
  if (decoded === undefined || decoded === null) return [];
  if (typeof decoded === 'string') return decoded.trim() === '' ? [] : null;
  const tools = (Array.isArray(decoded) ? decoded : [decoded]).map(toolOf);
  return tools.every((tool) => tool !== null) ? tools : null;
}

/** End (exclusive) of the JSON list that opens at `start`, or -1. */
function listEnd(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = start; i < text.length; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

/**
 * The first balanced `[...]` of a system text that holds tools, and the text without it. The substring is kept raw: measure b
 * of the tiers counts its code points.
 */
export function readToolsInText(text: string): { tools: Tool[]; tools_text: string; rest: string } | null {
  for (let start = text.indexOf('['); start >= 0; start = text.indexOf('[', start + 1)) {
    const end = listEnd(text, start);
    if (end < 0) continue;
    const tools_text = text.slice(start, end);
    const decoded = decodeCell(tools_text);
    if (!Array.isArray(decoded) || decoded.length === 0) continue;
    const tools = readTools(decoded);
    if (tools === null) continue;
    return { tools, tools_text, rest: `${text.slice(0, start)}${text.slice(end)}`.trim() };
  }
  return null;
}

/** Tools written as `1. Name: ...`, `Description: ...`, `Parameters: {...}` lines (rlla); null if a parameter text is no JSON. */
export function readToolListing(text: string): Tool[] | null {
  const tools: Tool[] = [];
  const entry = /^\d+\. Name: (.*)\nDescription: ([\s\S]*?)\nParameters: (.*)$/gm;
  for (const [, name, description, parameters] of text.matchAll(entry)) {
    const properties = decodeCell(parameters!);
    if (!isObject(properties)) return null;
    const wrapped: JsonObject = { type: 'dict', properties };
    tools.push({ name: name!.trim(), description: description!, parameters: wrapped });
  }
  return tools;
}
