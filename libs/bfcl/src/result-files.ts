import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ItoolError } from '@itool/record';
import { loadObjects } from './bfcl-file.ts';
import { isMultiTurnCategory } from './dataset.ts';
import { pyDict, pyJsonText } from './py-json-text.ts';
import { dictGet, type PyValue } from './py-value.ts';

/** What a model said in one row: a text, a list of `{function: JSON text}`, or in multi-turn rows a list of turns of steps. */
export type ResultRow = { id: string; result: PyValue };

const RESULT_FILE = /^BFCL_(v3|v4)_(\w+?)_result\.json$/;

/** Group folder of a category in newer versions of the official tool. */
export function categoryGroup(category: string): string {
  if (isMultiTurnCategory(category)) return 'multi_turn';
  return category.includes('live') ? 'live' : 'non_live';
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

export type ResultFile = { path: string; model: string; category: string };

/**
 * Result files of the official tool below a folder: `<model>/BFCL_v4_<category>_result.json`, also with a group folder in between
 * (`<model>/live/...`), or the files of one model themselves.
 *
 * @throws ItoolError missing_file when there is none
 */
export function findResultFiles(folder: string): ResultFile[] {
  const exists = existsSync(folder) && statSync(folder).isDirectory();
  const files = (exists ? filesBelow(folder) : []).flatMap((path): ResultFile[] => {
    const match = RESULT_FILE.exec(basename(path));
    if (match === null) return [];
    const parents = path
      .slice(folder.length)
      .split('/')
      .filter((part) => part !== '')
      .slice(0, -1);
    const model = parents.find((part) => !GROUPS.includes(part)) ?? basename(folder);
    return [{ path, model, category: match[2]! }];
  });
  if (files.length > 0) return files;
  throw new ItoolError({
    code: 'missing_file',
    message: `bfcl: folder has no result files: ${folder} (BFCL_v4_<category>_result.json or BFCL_v3_<category>_result.json)`,
    hint: 'It is the folder "result" of the official tool, or that of one model inside it.',
  });
}

const GROUPS = ['non_live', 'live', 'multi_turn', 'agentic', 'format_sensitivity'];

/** @throws ItoolError bad_data for a row without id or result, or with an id that another row has */
export function readResultFile(path: string): ResultRow[] {
  const seen = new Set<string>();
  return loadObjects(path).map((row, i) => {
    const id = dictGet(row, 'id');
    const result = dictGet(row, 'result');
    const fact =
      typeof id !== 'string' ? 'row has no text member "id"' : result === undefined ? 'row has no "result"' : '';
    if (fact !== '' || seen.has(String(id))) {
      throw new ItoolError({
        code: 'bad_data',
        message: `bfcl: ${fact === '' ? `id occurs twice: ${id}` : fact}: ${path}, row ${i + 1}`,
        hint: 'A result file holds one object with id and result per line, and each id once.',
      });
    }
    seen.add(String(id));
    return { id: String(id), result: result! };
  });
}

/** Number by which rows of a category are ordered: that before the first `-` behind the category. */
function rowNumber(id: string): number {
  return Number.parseInt(id.slice(id.lastIndexOf('_') + 1), 10);
}

/** Text of a result file as the official tool writes it: rows in numeric order. */
export function resultFileText(rows: readonly ResultRow[]): string {
  return [...rows]
    .sort((a, b) => rowNumber(a.id) - rowNumber(b.id))
    .map(({ id, result }) => `${pyJsonText(pyDict({ id, result }))}\n`)
    .join('');
}
