import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dictGet, isDict, type PyDict, type PyValue, pyEqual, pyRepr, pyType } from '@itool/bfcl';
import {
  createSimulatedApi,
  createWorld,
  type Directory,
  executeCalls,
  type File,
  type LongContext,
  readLongContext,
  type SimulatedApi,
  type StateValue,
} from '@itool/bfcl-environments';
import { checkMultiTurn, createInstances, isLongContext, loadMultiTurnAnswers } from '@itool/bfcl-multi-turn';
import { type Dataset, textOf } from './golden-rows.ts';

/** Day on which the official verdicts were made. */
const TODAY = [2026, 11, 20] as const;

export type MultiTurnData = {
  long_context: LongContext | undefined;
  answer(id: string, category: string): { ground_truth: string[][] };
};

export function openMultiTurnData(folder: string): MultiTurnData {
  const tables = join(folder, 'long_context.json');
  const answers = new Map<string, Map<string, { ground_truth: string[][] }>>();
  return {
    long_context: existsSync(tables) ? readLongContext(tables) : undefined,
    answer: (id, category) => {
      const path = join(folder, `possible_answer/BFCL_v4_${category}.json`);
      const known = answers.get(category) ?? new Map(loadMultiTurnAnswers(path).map((row) => [row.id, row]));
      answers.set(category, known);
      return known.get(id) ?? { ground_truth: [] };
    },
  };
}

function dictOf(members: readonly (readonly [string, PyValue])[]): PyDict {
  return { kind: 'dict', entries: members.map(([key, value]) => [key, value]) };
}

function shortText(text: string): PyValue {
  const chars = [...text];
  if (chars.length <= 1500) return text;
  const hash = createHash('sha256').update(text).digest('hex');
  return dictOf([
    ['__longstr__', hash],
    ['chars', BigInt(chars.length)],
    ['head', chars.slice(0, 200).join('')],
  ]);
}

function encodeNode(node: File | Directory): PyDict {
  if (node.kind === 'file') {
    return dictOf([
      ['__file__', node.name],
      ['content', encodeState(node.content)],
    ]);
  }
  const contents = [...node.contents].map(([name, child]): PyValue => [name, encodeNode(child)]);
  return dictOf([
    ['__dir__', node.name],
    ['contents', contents],
  ]);
}

/** State in the encoding of the golden files. */
export function encodeState(value: StateValue): PyValue {
  if (typeof value === 'string') return shortText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(encodeState);
  if (value.kind === 'directory') return encodeNode(value);
  if (value.kind === 'set') return dictOf([['__set__', [...value.ids].sort((a, b) => (a < b ? -1 : 1))]]);
  if (value.kind !== 'dict') return value;
  if (value.entries.every(([key]) => typeof key === 'string')) {
    return dictOf(value.entries.map(([key, member]) => [key as string, encodeState(member)]));
  }
  return dictOf([['__dict__', value.entries.map(([key, member]): PyValue => [key, encodeState(member)])]]);
}

/** Equality that tells 1 from 1.0; heads of long texts are covered by their hash. */
function identical(a: PyValue, b: PyValue): boolean {
  if (pyType(a) !== pyType(b)) return false;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => identical(item, b[i]!));
  if (!isDict(a) || !isDict(b)) return Object.is(a, b) || (a !== 0 && pyEqual(a, b));
  return (
    a.entries.length === b.entries.length &&
    a.entries.every(([key, value]) => {
      if (key === 'head' && dictGet(a, '__longstr__') !== undefined) return true;
      const other = dictGet(b, key);
      return other !== undefined && identical(value, other);
    })
  );
}

function compareState(apis: readonly SimulatedApi[], official: PyValue, at: string): string | null {
  for (const api of apis) {
    const states = isDict(official) ? dictGet(official, api.class_name) : undefined;
    for (const [name, value] of api.attributes()) {
      const expected = isDict(states) ? dictGet(states, name) : undefined;
      const own = encodeState(value);
      if (expected === undefined || !identical(own, expected)) {
        return `${at} ${api.class_name}.${name}: ${pyRepr(own).slice(0, 300)}, official ${pyRepr(expected ?? null).slice(0, 300)}`;
      }
    }
  }
  return null;
}

function compareResult(own: string, official: PyValue, at: string): string | null {
  if (typeof official === 'string') return own === official ? null : `${at}: ${own}, official ${official}`;
  const hash = createHash('sha256').update(own).digest('hex');
  const expected = isDict(official) ? dictGet(official, 'sha256') : undefined;
  return hash === expected ? null : `${at}: ${own.slice(0, 200)}, official ${pyRepr(official).slice(0, 300)}`;
}

function listOf(row: PyDict, key: string): readonly PyValue[] {
  const value = dictGet(row, key);
  return Array.isArray(value) ? value : [];
}

/** Compares every result of a random call sequence, and the final state. */
export function compareProbe(row: PyDict, dataset: Dataset, data: MultiTurnData): string | null {
  const id = textOf(row, 'config_from');
  const name = textOf(row, 'class');
  const long_context = dictGet(row, 'long_context') === true;
  const question = dataset.question(id, id.slice(0, id.lastIndexOf('_')));
  const world = createWorld({ long_context, tables: data.long_context, today: TODAY });
  const api = createSimulatedApi(name, question.initial_config ?? dictOf([]), world);
  const instances = new Map([[`probe_${name}_instance`, api]]);
  for (const [i, step] of listOf(row, 'steps').entries()) {
    const [call, official] = step as [string, PyValue];
    const difference = compareResult(executeCalls([call], instances)[0]!, official, `step ${i} ${call}`);
    if (difference) return `${textOf(row, 'probe_id')}: ${difference}`;
  }
  const difference = compareState([api], dictGet(row, 'final_state') ?? null, 'final');
  return difference && `${textOf(row, 'probe_id')}: ${difference}`;
}

/** Compares every result and changed attribute of an executed ground truth. */
export function compareRun(row: PyDict, dataset: Dataset, data: MultiTurnData): string | null {
  const id = textOf(row, 'test_id');
  const question = dataset.question(id, textOf(row, 'category'));
  const world = createWorld({ long_context: isLongContext(id), tables: data.long_context, today: TODAY });
  const instances = createInstances(question, 'golden_prompt_eval', world);
  const apis = [...instances.values()];
  const initial = compareState(apis, dictGet(row, 'initial_state') ?? null, 'initial');
  if (initial) return `${id}: ${initial}`;
  for (const [turn, entry] of listOf(row, 'turns').entries()) {
    const calls = listOf(entry as PyDict, 'calls') as string[];
    const official = listOf(entry as PyDict, 'results');
    for (const [i, own] of executeCalls(calls, instances).entries()) {
      const difference = compareResult(own, official[i]!, `turn ${turn} ${calls[i]}`);
      if (difference) return `${id}: ${difference}`;
    }
    const fs = instances.get([...instances.keys()].find((name) => name.includes('GorillaFileSystem')) ?? '');
    const cwd = dictGet(entry as PyDict, 'cwd');
    if (fs && cwd !== undefined) {
      const own = fs.call('pwd', [], []);
      if (!pyEqual(own as PyValue, dictOf([['current_working_directory', cwd]]))) return `${id}: turn ${turn} cwd`;
    }
    const changed = dictGet(entry as PyDict, 'changed_attributes');
    for (const [name, attributes] of isDict(changed) ? changed.entries : []) {
      const api = apis.find((candidate) => candidate.class_name === name)!;
      const own = new Map(api.attributes());
      for (const [attribute, value] of isDict(attributes) ? attributes.entries : []) {
        const encoded = encodeState(own.get(attribute as string)!);
        if (!identical(encoded, value))
          return `${id}: turn ${turn} ${name}.${attribute}: ${pyRepr(encoded).slice(0, 300)}`;
      }
    }
  }
  const final = compareState(apis, dictGet(row, 'final_state') ?? null, 'final');
  return final && `${id}: ${final}`;
}

/** Compares the verdict, error text and detail of one conversation. */
export function compareConversation(row: PyDict, dataset: Dataset, data: MultiTurnData): string | null {
  const category = textOf(row, 'category');
  const id = textOf(row, 'test_id');
  const result = dictGet(row, 'model_result') ?? null;
  const verdict = checkMultiTurn({
    question: dataset.question(id, category),
    answer: data.answer(id, category),
    model_result: typeof result === 'string' ? result : (result as PyValue[][]),
    mode: 'prompt',
    strip: 'v4',
    long_context: data.long_context,
    today: TODAY,
    model_name: 'golden-prompt',
  });
  const at = `${textOf(row, 'case_id')} (${id}, ${textOf(row, 'mutation')})`;
  for (const member of ['valid', 'error_type', 'error_message'] as const) {
    const official = dictGet(row, member);
    const own = verdict[member];
    const shown = typeof own === 'string' ? own.slice(0, 300) : own;
    if (official !== shown) return `${at}: ${member} ${shown}, official ${official}`;
  }
  const official = dictGet(row, 'detail') ?? null;
  const detail = verdict.detail && toPy(verdict.detail);
  return pyEqual(detail, official) || sameMissing(detail, official)
    ? null
    : `${at}: detail ${pyRepr(detail)}, official ${pyRepr(official)}`;
}

/** Same missing results, of which the golden file gives the long ones by hash. */
function sameMissing(detail: PyValue, official: PyValue): boolean {
  if (!isDict(detail) || !isDict(official)) return false;
  const [own, expected] = [detail, official].map((side) => listOf(side, 'missing_items'));
  const same = own!.every((item, i) => compareResult(String(item), expected![i] ?? null, '') === null);
  return (
    same && own!.length === expected!.length && pyEqual(dictGet(detail, 'turn')!, dictGet(official, 'turn') ?? null)
  );
}

function toPy(detail: Readonly<Record<string, unknown>>): PyDict {
  const entries = Object.entries(detail).map(([key, value]): [string, PyValue] => [
    key,
    typeof value === 'number' ? BigInt(value) : (value as PyValue),
  ]);
  return dictOf(entries);
}
