import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  dictGet,
  isDict,
  type PyDict,
  type PyExpression,
  type PyValue,
  parsePyExpression,
  parsePyJson,
} from '@itool/bfcl';
import { ItoolError } from '@itool/record';
import { deepCopy } from './py-operators.ts';

/** Extension tables of the long-context rows under the names of the original. */
export type LongContext = {
  WATCH_LIST_EXTENSION: PyValue[];
  TRANSACTION_HISTORY_EXTENSION: PyValue[];
  MA_5_EXTENSION: PyValue[];
  MA_20_EXTENSION: PyValue[];
  TECHNOLOGY_EXTENSION: PyValue[];
  AUTOMOBILE_EXTENSION: PyValue[];
  ORDER_DETAIL_EXTENSION: PyDict;
  FILE_CONTENT_EXTENSION: string;
  POPULATE_FILE_EXTENSION: string[];
  CAR_STATUS_METADATA_EXTENSION: string;
  LONG_WEATHER_EXTENSION: PyDict;
  PARKING_BRAKE_INSTRUCTION: string;
  INTERMEDIARY_CITIES: PyValue[];
  CREDIT_CARD_EXTENSION: PyDict;
  BOOKING_RECORD_EXTENSION: PyDict;
  FILES_TAIL_USED: string[];
};

const TABLES: Readonly<Record<keyof LongContext, 'list' | 'dict' | 'text' | 'names'>> = {
  WATCH_LIST_EXTENSION: 'list',
  TRANSACTION_HISTORY_EXTENSION: 'list',
  MA_5_EXTENSION: 'list',
  MA_20_EXTENSION: 'list',
  TECHNOLOGY_EXTENSION: 'list',
  AUTOMOBILE_EXTENSION: 'list',
  ORDER_DETAIL_EXTENSION: 'dict',
  FILE_CONTENT_EXTENSION: 'text',
  POPULATE_FILE_EXTENSION: 'names',
  CAR_STATUS_METADATA_EXTENSION: 'text',
  LONG_WEATHER_EXTENSION: 'dict',
  PARKING_BRAKE_INSTRUCTION: 'text',
  INTERMEDIARY_CITIES: 'list',
  CREDIT_CARD_EXTENSION: 'dict',
  BOOKING_RECORD_EXTENSION: 'dict',
  FILES_TAIL_USED: 'names',
};

function badTables(fact: string): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `bfcl-environments: ${fact} (tables: ${Object.keys(TABLES).join(', ')})`,
    hint: 'Give long_context.json, or the file long_context.py of the official repository.',
  });
}

function fits(value: PyValue | undefined, kind: 'list' | 'dict' | 'text' | 'names'): boolean {
  if (kind === 'text') return typeof value === 'string';
  if (kind === 'dict') return isDict(value);
  return Array.isArray(value) && (kind === 'list' || value.every((item) => typeof item === 'string'));
}

function asTables(values: PyDict, source: string): LongContext {
  for (const [name, kind] of Object.entries(TABLES)) {
    const value = dictGet(values, name);
    if (value === undefined) throw badTables(`long-context file lacks a table: ${name} in ${source}`);
    if (!fits(value, kind)) throw badTables(`long-context table is no ${kind}: ${name} in ${source}`);
  }
  return Object.fromEntries(Object.keys(TABLES).map((name) => [name, dictGet(values, name)])) as LongContext;
}

/** Python's `...`, as the JSON form of the tables spells it. */
const ELLIPSIS: PyDict = { kind: 'dict', entries: [['$py', 'Ellipsis']] };

export function isEllipsis(value: PyValue): boolean {
  return isDict(value) && dictGet(value, '$py') === 'Ellipsis';
}

/** A constant of Python source: literals, lists and dicts of literals, joined texts. Everything else is refused, nothing is run. */
function literal(node: PyExpression, name: string): PyValue {
  if (node.kind === 'constant') return node.value;
  if (node.kind === 'ellipsis') return ELLIPSIS;
  if (node.kind === 'list') return node.elements.map((element) => literal(element, name));
  if (node.kind === 'dict') {
    const entries = node.entries.map(([key, value]): [PyValue, PyValue] => {
      if (key === null) throw badTables(`long-context table is no literal: ${name}`);
      return [literal(key, name), literal(value, name)];
    });
    return { kind: 'dict', entries };
  }
  if (node.kind === 'unary' && node.op === '-') {
    const value = literal(node.operand, name);
    if (typeof value === 'number' || typeof value === 'bigint') return -value;
  }
  throw badTables(`long-context table is no literal: ${name}`);
}

/** Tables out of the Python file of the official repository: the literals assigned at the start of a line, never executed. */
export function parseLongContextPython(source: string, path: string): LongContext {
  const starts = [...source.matchAll(/^([A-Z_0-9]+)[ \t]*=[ \t]*/gm)];
  const entries = starts.flatMap((start, i): [PyValue, PyValue][] => {
    const name = start[1]!;
    if (!Object.hasOwn(TABLES, name)) return [];
    const text = source.slice(start.index + start[0].length, starts[i + 1]?.index ?? source.length);
    return [[name, literal(parsePyExpression(text.trim()), name)]];
  });
  return asTables({ kind: 'dict', entries }, path);
}

/** Reads the tables from `long_context.json`, or from `long_context.py` of the official repository as literals. */
export function readLongContext(path: string): LongContext {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ItoolError({
      code: 'missing_file',
      message: `bfcl-environments: long-context file cannot be read: ${path}`,
      hint: 'Long-context rows need long_context.json, or long_context.py of the official repository.',
      cause,
    });
  }
  if (path.endsWith('.py')) return parseLongContextPython(text, path);
  const values = parsePyJson(text);
  if (!isDict(values)) throw badTables(`long-context file holds no object: ${path}`);
  return asTables(values, path);
}

/** Reads the tables of a data folder. */
export function readLongContextFolder(folder: string): LongContext {
  return readLongContext(join(folder, 'long_context.json'));
}

/** Tables for one conversation: those whose members a call can change are copied, the others are shared. */
export function freshTables(tables: LongContext): LongContext {
  return {
    ...tables,
    LONG_WEATHER_EXTENSION: deepCopy(tables.LONG_WEATHER_EXTENSION) as PyDict,
    CREDIT_CARD_EXTENSION: deepCopy(tables.CREDIT_CARD_EXTENSION) as PyDict,
    BOOKING_RECORD_EXTENSION: deepCopy(tables.BOOKING_RECORD_EXTENSION) as PyDict,
  };
}
