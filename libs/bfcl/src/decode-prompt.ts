import { decodeJava } from './decode-java.ts';
import { decodeJavaScript } from './decode-javascript.ts';
import type { Language } from './language.ts';
import { evaluate } from './py-evaluate.ts';
import type { PyExpression } from './py-expression.ts';
import { parsePyExpression } from './py-parser.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { stripCharacters } from './py-text.ts';
import { unparse } from './py-unparse.ts';
import { dictSet, isHashable, type PyDict, type PyValue } from './py-value.ts';

/**
 * Which text is parsed after the clean-up: `v4` the bracketed text itself; `v3` the text without any leading and trailing
 * brackets and single quotes, the rule of every commit before the v4 release.
 */
export type StripRule = 'v3' | 'v4';

function negate(operand: PyExpression): PyValue {
  const value = operand.kind === 'constant' ? operand.value : undefined;
  if (typeof value === 'bigint') return -value;
  if (typeof value === 'boolean') return value ? -1n : 0n;
  if (typeof value === 'number') return -value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'complex') {
    return { kind: 'complex', re: -value.re, im: -value.im };
  }
  throw new PySyntaxError('unary operator needs a number');
}

function decodeDict(entries: readonly [PyExpression | null, PyExpression][]): PyDict {
  const dict: PyDict = { kind: 'dict', entries: [] };
  for (const [key, value] of entries) {
    const name = key === null ? undefined : decodeValue(key);
    if (name === undefined || !isHashable(name)) throw new PySyntaxError('key is not hashable');
    dictSet(dict, name, decodeValue(value));
  }
  return dict;
}

function decodeValue(node: PyExpression): PyValue {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'ellipsis':
      return '...';
    case 'unary':
      // The original negates whatever the operator is: `+5` is -5 and `not True` is -1.
      return negate(node.operand);
    case 'list':
      return node.elements.map(decodeValue);
    case 'tuple':
      return { kind: 'tuple', items: node.elements.map(decodeValue) };
    case 'dict':
      return decodeDict(node.entries);
    case 'binary':
      return evaluate(node);
    case 'name':
      return node.id;
    case 'call':
      return node.keywords.length === 0 ? unparse(node) : decodeCall(node);
    case 'subscript':
      return `${unparse(node.value)}[${unparse(node.slice)}]`;
    default:
      throw new PySyntaxError(`value is not supported: ${node.kind}`);
  }
}

/** Dotted name of the callee; any other shape contributes nothing. */
function calleeName(func: PyExpression): string {
  const parts: string[] = [];
  let node = func;
  while (node.kind === 'attribute') {
    parts.unshift(node.attr);
    node = node.value;
  }
  if (node.kind === 'name') parts.unshift(node.id);
  return parts.join('.');
}

/** `{name: {keyword: value}}`; positional arguments are dropped and the last of repeated keywords counts, as in the original. */
function decodeCall(node: Extract<PyExpression, { kind: 'call' }>): PyDict {
  const values: PyDict = { kind: 'dict', entries: [] };
  for (const { name, value } of node.keywords) dictSet(values, name, decodeValue(value));
  return { kind: 'dict', entries: [[calleeName(node.func), values]] };
}

/** The reply in brackets, without backticks, line breaks and spaces around it (specification 3.1). */
function bracketedText(text: string): string {
  const clean = stripCharacters(text, '`\n ');
  return `${clean.startsWith('[') ? '' : '['}${clean}${clean.endsWith(']') ? '' : ']'}`;
}

/**
 * Decodes a prompt-mode reply into Python calls by the default decoder of the benchmark (specification 3.1 and 3.2).
 * Throws `PySyntaxError` where the official decoder raises.
 */
export function decodePromptText(text: string, strip: StripRule): PyDict[] {
  const bracketed = bracketedText(text);
  const body = parsePyExpression(strip === 'v3' ? stripCharacters(bracketed, "[]'") : bracketed);
  if (body.kind === 'call') return [decodeCall(body)];
  if (body.kind !== 'list' && body.kind !== 'tuple' && body.kind !== 'set') throw new PySyntaxError('no list of calls');
  return body.elements.map((element) => {
    if (element.kind !== 'call') throw new PySyntaxError(`element is no call: ${element.kind}`);
    return decodeCall(element);
  });
}

/**
 * Decodes a prompt-mode reply in the language of its category. Python and most Java and JavaScript replies give a list of calls;
 * `{}` or None when Java or JavaScript code has no call. Throws `PySyntaxError` where the official decoder raises.
 */
export function decodePromptReply(text: string, language: Language, strip: StripRule): PyValue {
  if (language === 'python') return decodePromptText(text, strip);
  const source = bracketedText(text).slice(1, -1);
  return language === 'java' ? decodeJava(source) : decodeJavaScript(source);
}
