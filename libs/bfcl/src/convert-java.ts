import { pyFloatOf, pyIntOf } from './py-number-text.ts';
import { forwardSearch, PY_SPACES, pyStrip, skipSpaces, trimSpacesBefore } from './py-text.ts';
import { dictSet, type PyDict, type PyValue } from './py-value.ts';

const INTEGER = /^-?\p{Nd}+\n?$/u;
const LONG = /^-?\p{Nd}+[lL]\n?$/u;
const FLOAT = /^-?\p{Nd}+(\.\p{Nd}+)?([eE][+-]?\p{Nd}+)?[fF]\n?$/u;
const DOUBLE = /^-?\p{Nd}+(\.\p{Nd}+)?([eE][+-]?\p{Nd}+)?\n?$/u;

const S = `[${PY_SPACES}]`;
const NEW_LIST = `new${S}+ArrayList<[\\p{L}\\p{N}_]*>`;
const LIST_OF = new RegExp(`${NEW_LIST}\\(Arrays\\.asList\\(`, 'gu');
const LIST_WITH_BODY = new RegExp(`${NEW_LIST}\\(\\)${S}*\\{\\{`, 'gu');
const EMPTY_LIST = new RegExp(`${NEW_LIST}\\(\\)`, 'u');
const ARRAY = new RegExp(`new${S}+[\\p{L}\\p{N}_]+\\[\\]${S}*\\{`, 'gu');
const NEW_MAP = new RegExp(`new${S}+HashMap<`, 'u');
const MAP_BODY = new RegExp(`>${S}*\\(\\)${S}*\\{`, 'gu');
const EMPTY_MAP = new RegExp(`>${S}*\\(\\)`, 'gu');

/** A value whose type is not known: boolean, text in double quotes, long, float, int or float as Python reads it, else text. */
function guessValue(text: string): PyValue {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text.startsWith('"') && text.endsWith('"')) return text.slice(1, -1);
  if (LONG.test(text)) return pyIntOf(text.slice(0, -1)) ?? text;
  if (FLOAT.test(text)) return pyFloatOf(text.replace(/[fF]\n?$/, '')) ?? text;
  return pyIntOf(text) ?? pyFloatOf(text) ?? text;
}

function elementOf(text: string, inner: string): PyValue {
  return inner === 'char' || inner === 'String' ? text.slice(1, -1) : convertJava(text, inner);
}

/** Contents of every `open ... )` on one line, at least `least` characters long, left to right without overlap. */
function* enclosed(text: string, open: string, least: number): Generator<string> {
  const nextOpen = forwardSearch(text, open);
  const nextClose = forwardSearch(text, ')');
  const nextLine = forwardSearch(text, '\n');
  for (let pos = nextOpen(0); pos < text.length; ) {
    const start = pos + open.length;
    const end = nextClose(start + least);
    if (end < text.length && nextLine(start) >= end) {
      yield text.slice(start, end);
      pos = nextOpen(end + 1);
    } else pos = nextOpen(pos + 1);
  }
}

function convertArrayList(text: string, inner: string): PyValue {
  const nextEnd = forwardSearch(text, '))');
  const nextLine = forwardSearch(text, '\n');
  for (const { 0: head, index } of text.matchAll(LIST_OF)) {
    const start = index + head.length;
    const end = nextEnd(start + 1);
    if (end < text.length && nextLine(start) >= end) {
      return text
        .slice(start, end)
        .split(',')
        .map((element) => elementOf(pyStrip(element), inner));
    }
  }
  const bodyEnd = forwardSearch(text, '}}');
  for (const { 0: head, index } of text.matchAll(LIST_WITH_BODY)) {
    const start = index + head.length;
    const content = skipSpaces(text, start);
    const end = bodyEnd(content + 1);
    if (end < text.length) {
      return [...enclosed(text.slice(content, end), 'add(', 1)].map((element) => elementOf(pyStrip(element), inner));
    }
    // With nothing but white space between the braces the original takes a piece of it as content, in which nothing is added.
    if (content > start && text.startsWith('}}', content)) return [];
  }
  return EMPTY_LIST.test(text) ? [] : text;
}

function convertArray(text: string, inner: string): PyValue {
  const nextEnd = forwardSearch(text, '}');
  const nextLine = forwardSearch(text, '\n');
  for (const { 0: head, index } of text.matchAll(ARRAY)) {
    const start = index + head.length;
    const end = nextEnd(start);
    if (end === text.length || nextLine(start) < end) continue;
    const elements = text.slice(start, end).split(',').map(pyStrip);
    return elements.filter((element) => element !== '').map((element) => convertJava(element, inner));
  }
  return text;
}

/** Pairs of `put("key", value)`: the key ends at the first `",` behind which a `)` closes the call on the line of the value. */
function putPairs(text: string): [string, string][] {
  const nextPut = forwardSearch(text, 'put("');
  const nextComma = forwardSearch(text, '",');
  const nextClose = forwardSearch(text, ')');
  const nextKeyLine = forwardSearch(text, '\n');
  const nextValueLine = forwardSearch(text, '\n');
  let key_end = -1;
  let value = 0;
  const nextKeyEnd = (from: number): number => {
    if (key_end >= from) return key_end;
    for (key_end = nextComma(from); key_end < text.length; key_end = nextComma(key_end + 1)) {
      value = skipSpaces(text, key_end + 2);
      if (nextClose(value) < text.length && nextClose(value) <= nextValueLine(value)) break;
    }
    return key_end;
  };
  const pairs: [string, string][] = [];
  for (let pos = nextPut(0); pos < text.length; ) {
    const key = pos + 'put("'.length;
    const end = nextKeyEnd(key);
    if (end < text.length && end <= nextKeyLine(key)) {
      pairs.push([text.slice(key, end), text.slice(value, nextClose(value))]);
      pos = nextPut(nextClose(value) + 1);
    } else pos = nextPut(pos + 1);
  }
  return pairs;
}

/** Whether the text creates a map without a body: `new HashMap<`, and on the same line `> ()`. */
function createsEmptyMap(text: string): boolean {
  const nextLine = forwardSearch(text, '\n');
  const starts = [...text.matchAll(new RegExp(NEW_MAP, 'gu'))].map((match) => match.index + match[0].length);
  let passed = 0;
  for (const { index } of text.matchAll(EMPTY_MAP)) {
    while (passed < starts.length && starts[passed]! <= index) passed++;
    if (passed > 0 && nextLine(starts[passed - 1]!) >= index) return true;
  }
  return false;
}

function convertHashMap(text: string): PyValue {
  const start = NEW_MAP.exec(text);
  if (start === null) return text;
  MAP_BODY.lastIndex = start.index + start[0].length;
  const head = MAP_BODY.exec(text);
  const open = head === null ? 0 : head.index + head[0].length;
  if (head === null || text.indexOf('}', open) < 0) {
    return createsEmptyMap(text) ? { kind: 'dict', entries: [] } : text;
  }
  let content = skipSpaces(text, open);
  if (text[content] === '{') content = skipSpaces(text, content + 1);
  const end = trimSpacesBefore(text, content, text.indexOf('}', content));
  const map: PyDict = { kind: 'dict', entries: [] };
  for (const [key, value] of putPairs(text.slice(content, end))) dictSet(map, key, guessValue(pyStrip(value)));
  return map;
}

/**
 * Value of a text for a documented Java type, as the official converter reads it (specification 4.9); a text that does not fit the
 * type stays a text. Types for which the original raises (Set, Hashtable, Queue, Stack) leave it a text as well. The patterns of
 * the original are matched by hand where a regular expression takes more than linear time.
 */
export function convertJava(text: string, type: string, inner = 'any'): PyValue {
  switch (type) {
    case 'byte':
    case 'short':
    case 'integer':
      return INTEGER.test(text) ? (pyIntOf(text) ?? text) : text;
    case 'long':
      return LONG.test(text) ? (pyIntOf(text.replace(/[lL]\n?$/, '')) ?? text) : text;
    case 'float':
      return FLOAT.test(text) ? (pyFloatOf(text.replace(/[fF]\n?$/, '')) ?? text) : text;
    case 'double':
      return DOUBLE.test(text) ? (pyFloatOf(text) ?? text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'ArrayList':
      return convertArrayList(text, inner);
    case 'Array':
      return convertArray(text, inner);
    case 'HashMap':
      return convertHashMap(text);
    default:
      return text;
  }
}
