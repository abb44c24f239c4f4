import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dictGet, isDict, type PyDict, PyJsonError, type PyValue, parsePyJson } from '@itool/bfcl';
import { ItoolError } from '@itool/record';
import type { Databases } from './world.ts';

export type Turn =
  | { role: 'User'; text: string }
  | { role: 'AI'; text: string }
  | { role: 'API'; api_name: string; param_dict: ReadonlyMap<string, string>; result: PyDict };

/** L1 ("Call"): the prompt describes the APIs. L2 ("Retrieve+Call"): it describes ToolSearcher alone. */
export type Level = 'L1' | 'L2';

export type Dialogue = { level: Level; file: string; turns: Turn[] };

const FOLDERS: Readonly<Record<Level, string>> = { L1: 'level-1-given-desc', L2: 'level-2-toolsearcher' };

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ItoolError({
      code: 'missing_file',
      message: `api-bank: file cannot be read: ${path}`,
      hint: 'The data folder holds init_database/ and lv1-lv2-samples/ of the official repository.',
      cause,
    });
  }
}

function parse(text: string, where: string): PyValue {
  try {
    return parsePyJson(text);
  } catch (cause) {
    if (!(cause instanceof PyJsonError)) throw cause;
    throw badData(`text is no JSON (${cause.message})`, where, cause);
  }
}

function badData(fact: string, where: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `api-bank: ${fact}: ${where}`,
    hint: 'Fetch the file again; it may have been cut short.',
    cause,
  });
}

function readTurn(row: PyValue, where: string): Turn {
  const member = (key: string): PyValue | undefined => (isDict(row) ? dictGet(row, key) : undefined);
  const role = member('role');
  const text = member('text');
  if ((role === 'User' || role === 'AI') && typeof text === 'string') return { role, text };
  const api_name = member('api_name');
  const params = member('param_dict');
  const result = member('result');
  if (role !== 'API') throw badData('turn has no known role (User, AI, API) with its text', where);
  if (typeof api_name !== 'string' || !isDict(params) || !isDict(result)) {
    throw badData('API turn lacks api_name, param_dict or result', where);
  }
  const texts = params.entries.map(([key, value]): [string, string] => {
    if (typeof key === 'string' && typeof value === 'string') return [key, value];
    throw badData('param_dict holds a value that is no text', where);
  });
  return { role, api_name, param_dict: new Map(texts), result };
}

/** Reads one dialogue file: a turn per line. An empty file is a dialogue without turns. */
export function loadDialogue(path: string, level: Level, file: string): Dialogue {
  const turns = read(path)
    .split('\n')
    .flatMap((line, i) => {
      const where = `${path}:${i + 1}`;
      return line.trim() === '' ? [] : [readTurn(parse(line, where), where)];
    });
  return { level, file, turns };
}

/** Dialogues of our own in one file: a line `{level, file, turns}` for each. */
export function readDialogues(path: string): Dialogue[] {
  return read(path)
    .split('\n')
    .flatMap((line, i): Dialogue[] => {
      const where = `${path}:${i + 1}`;
      if (line.trim() === '') return [];
      const row = parse(line, where);
      const member = (key: string) => (isDict(row) ? dictGet(row, key) : undefined);
      const level = member('level');
      const file = member('file');
      const turns = member('turns');
      if ((level !== 'L1' && level !== 'L2') || typeof file !== 'string' || !Array.isArray(turns)) {
        throw badData('dialogue lacks level (L1, L2), file or turns', where);
      }
      return [{ level, file, turns: turns.map((turn) => readTurn(turn, where)) }];
    });
}

/** Databases of our own in one file: an object with a table under each name. */
export function readDatabases(path: string): Databases {
  const tables = parse(read(path), path);
  if (!isDict(tables)) throw badData('file holds no tables by name', path);
  return new Map(tables.entries.map(([name, table]) => [String(name), table]));
}

/** All dialogues of the levels below `<data>/lv1-lv2-samples`, by level and file name. Throws when a folder is missing. */
export function loadDialogues(data: string, levels: readonly Level[] = ['L1', 'L2']): Dialogue[] {
  return levels.flatMap((level) => {
    const folder = join(data, 'lv1-lv2-samples', FOLDERS[level]);
    if (!existsSync(folder)) {
      throw new ItoolError({
        code: 'missing_file',
        message: `api-bank: folder does not exist: ${folder}`,
        hint: 'The data folder holds init_database/ and lv1-lv2-samples/ of the official repository.',
      });
    }
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    return files.sort().map((file) => loadDialogue(join(folder, file), level, file));
  });
}

/** The tables of `<data>/init_database` by file name without `.json`. */
export function loadDatabases(data: string): Databases {
  const folder = join(data, 'init_database');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  if (files.length === 0) {
    throw new ItoolError({
      code: 'missing_file',
      message: `api-bank: folder holds no databases: ${folder}`,
      hint: 'The data folder holds init_database/ and lv1-lv2-samples/ of the official repository.',
    });
  }
  return new Map(
    files.sort().map((file) => [file.slice(0, -'.json'.length), parse(read(join(folder, file)), join(folder, file))]),
  );
}
