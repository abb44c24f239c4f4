import type { PyComprehension, PyExpression, PyKeyword, PyParameter } from './py-expression.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { createPyTokenStream, isIdentifier, type PyTokenStream } from './py-token-stream.ts';

/** Binary operators by binding strength, loosest first; all associate to the left. */
const BINARY_LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
];

function parseLambda(stream: PyTokenStream): PyExpression {
  const parameters: PyParameter[] = [];
  stream.expect('lambda');
  while (!stream.at(':')) {
    const prefix = stream.accept('**') ? '**' : stream.accept('*') ? '*' : '';
    if (prefix === '' && stream.accept('/')) parameters.push({ prefix: '', name: '/' });
    else if (prefix === '*' && stream.at(',')) parameters.push({ prefix, name: '' });
    else {
      const name = stream.identifier();
      parameters.push({ prefix, name, standard: stream.accept('=') ? parseExpression(stream) : undefined });
    }
    if (!stream.accept(',')) break;
  }
  stream.expect(':');
  return { kind: 'lambda', parameters, body: parseExpression(stream) };
}

/** `expression` of the grammar: conditional, lambda or anything that binds tighter. */
function parseExpression(stream: PyTokenStream): PyExpression {
  if (stream.at('lambda')) return parseLambda(stream);
  const body = parseDisjunction(stream);
  if (!stream.accept('if')) return body;
  const test = parseDisjunction(stream);
  stream.expect('else');
  return { kind: 'conditional', test, body, orelse: parseExpression(stream) };
}

/** Whether `name := value` without brackets of its own comes next. */
function startsAssignment(stream: PyTokenStream): boolean {
  const next = stream.following();
  return isIdentifier(stream.token()) && next.type === 'op' && next.text === ':=';
}

/** `named_expression`: an expression or `name := expression`. */
function parseNamed(stream: PyTokenStream): PyExpression {
  if (startsAssignment(stream)) {
    const id = stream.identifier();
    stream.expect(':=');
    return { kind: 'named', id, value: parseExpression(stream) };
  }
  return parseExpression(stream);
}

/** `star_named_expression`, an element of a list, tuple or set. */
function parseElement(stream: PyTokenStream): PyExpression {
  return stream.accept('*') ? { kind: 'starred', value: parseBinary(stream, 0) } : parseNamed(stream);
}

function parseBool(
  stream: PyTokenStream,
  op: 'and' | 'or',
  operand: (stream: PyTokenStream) => PyExpression,
): PyExpression {
  const first = operand(stream);
  if (!stream.at(op)) return first;
  const values = [first];
  while (stream.accept(op)) values.push(operand(stream));
  return { kind: 'bool', op, values };
}

function parseDisjunction(stream: PyTokenStream): PyExpression {
  return parseBool(stream, 'or', (inner) => parseBool(inner, 'and', parseInversion));
}

function parseInversion(stream: PyTokenStream): PyExpression {
  return stream.accept('not') ? { kind: 'unary', op: 'not', operand: parseInversion(stream) } : parseComparison(stream);
}

function acceptComparison(stream: PyTokenStream): string | undefined {
  for (const op of ['==', '!=', '<=', '<', '>=', '>', 'in']) if (stream.accept(op)) return op;
  if (stream.accept('is')) return stream.accept('not') ? 'is not' : 'is';
  const next = stream.following();
  if (stream.at('not') && next.type === 'name' && next.text === 'in') {
    stream.advance();
    stream.advance();
    return 'not in';
  }
  return undefined;
}

function parseComparison(stream: PyTokenStream): PyExpression {
  const left = parseBinary(stream, 0);
  const rest: [string, PyExpression][] = [];
  for (let op = acceptComparison(stream); op !== undefined; op = acceptComparison(stream)) {
    rest.push([op, parseBinary(stream, 0)]);
  }
  return rest.length > 0 ? { kind: 'compare', left, rest } : left;
}

/** Operators from `level` of the table upwards; level 0 is `bitwise_or` of the grammar. */
function parseBinary(stream: PyTokenStream, level: number): PyExpression {
  const operators = BINARY_LEVELS[level];
  if (operators === undefined) return parseFactor(stream);
  let left = parseBinary(stream, level + 1);
  for (;;) {
    const op = operators.find((operator) => stream.accept(operator));
    if (op === undefined) return left;
    left = { kind: 'binary', op, left, right: parseBinary(stream, level + 1) };
  }
}

function parseFactor(stream: PyTokenStream): PyExpression {
  for (const op of ['+', '-', '~'] as const) {
    if (stream.accept(op)) return { kind: 'unary', op, operand: parseFactor(stream) };
  }
  const base = parsePrimary(stream);
  return stream.accept('**') ? { kind: 'binary', op: '**', left: base, right: parseFactor(stream) } : base;
}

function parsePrimary(stream: PyTokenStream): PyExpression {
  const awaited = stream.accept('await');
  let value = parseAtom(stream);
  for (;;) {
    if (stream.accept('.')) value = { kind: 'attribute', value, attr: stream.identifier() };
    else if (stream.accept('(')) value = { kind: 'call', func: value, ...parseArguments(stream) };
    else if (stream.accept('[')) value = { kind: 'subscript', value, slice: parseSubscript(stream) };
    else return awaited ? { kind: 'await', value } : value;
  }
}

/**
 * Arguments up to the closing bracket. After a keyword only keywords and `*x` may follow, after `**x` no `*x` either; a bare
 * generator must be the only argument.
 */
function parseArguments(stream: PyTokenStream): { args: PyExpression[]; keywords: PyKeyword[] } {
  const args: PyExpression[] = [];
  const keywords: PyKeyword[] = [];
  let unpacked = false;
  while (!stream.accept(')')) {
    const next = stream.following();
    if (stream.accept('**')) {
      keywords.push({ name: null, value: parseExpression(stream) });
      unpacked = true;
    } else if (stream.accept('*')) {
      if (unpacked) throw new PySyntaxError('iterable unpacking follows keyword unpacking');
      args.push({ kind: 'starred', value: parseExpression(stream) });
    } else if (isIdentifier(stream.token()) && next.type === 'op' && next.text === '=') {
      const name = stream.identifier();
      stream.expect('=');
      keywords.push({ name, value: parseExpression(stream) });
    } else {
      if (keywords.length > 0) throw new PySyntaxError('positional argument follows keyword argument');
      const element = parseNamed(stream);
      if (startsComprehension(stream)) {
        const clauses = parseClauses(stream);
        if (args.length > 0 || !stream.accept(')')) throw new PySyntaxError('generator must be parenthesized');
        return { args: [{ kind: 'comprehension', form: 'generator', element, clauses }], keywords };
      }
      args.push(element);
    }
    if (!stream.accept(',') && !stream.at(')')) throw new PySyntaxError('expected "," or ")"');
  }
  return { args, keywords };
}

function parseSliceItem(stream: PyTokenStream): PyExpression {
  if (stream.accept('*')) return { kind: 'starred', value: parseExpression(stream) };
  const ends = () => stream.at(':') || stream.at(',') || stream.at(']');
  const assigns = startsAssignment(stream);
  const lower = ends() ? undefined : parseNamed(stream);
  if (!stream.accept(':')) {
    if (lower === undefined) throw new PySyntaxError('expected an index');
    return lower;
  }
  if (assigns) throw new PySyntaxError('assignment in a slice');
  const upper = ends() ? undefined : parseExpression(stream);
  const step = stream.accept(':') && !ends() ? parseExpression(stream) : undefined;
  return { kind: 'slice', lower, upper, step };
}

function parseSubscript(stream: PyTokenStream): PyExpression {
  const first = parseSliceItem(stream);
  if (stream.accept(']')) {
    return first.kind === 'starred' ? { kind: 'tuple', elements: [first] } : first;
  }
  const elements = [first];
  while (stream.accept(',')) {
    if (stream.at(']')) break;
    elements.push(parseSliceItem(stream));
  }
  stream.expect(']');
  return { kind: 'tuple', elements };
}

function startsComprehension(stream: PyTokenStream): boolean {
  return stream.at('for') || stream.at('async');
}

function isTarget(target: PyExpression): boolean {
  if (target.kind === 'tuple' || target.kind === 'list') return target.elements.every(isTarget);
  if (target.kind === 'starred') return isTarget(target.value);
  return target.kind === 'name' || target.kind === 'attribute' || target.kind === 'subscript';
}

function parseTarget(stream: PyTokenStream): PyExpression {
  const parseOne = (): PyExpression =>
    stream.accept('*') ? { kind: 'starred', value: parseBinary(stream, 0) } : parseBinary(stream, 0);
  const first = parseOne();
  let target = first;
  if (stream.at(',')) {
    const elements = [first];
    while (stream.accept(',') && !stream.at('in')) elements.push(parseOne());
    target = { kind: 'tuple', elements };
  }
  if (!isTarget(target) || target.kind === 'starred') throw new PySyntaxError('cannot assign to the loop target');
  return target;
}

function parseClauses(stream: PyTokenStream): PyComprehension[] {
  const clauses: PyComprehension[] = [];
  while (startsComprehension(stream)) {
    const async = stream.accept('async');
    stream.expect('for');
    const target = parseTarget(stream);
    stream.expect('in');
    const iterable = parseDisjunction(stream);
    const conditions: PyExpression[] = [];
    while (stream.accept('if')) conditions.push(parseDisjunction(stream));
    clauses.push({ async, target, iterable, conditions });
  }
  return clauses;
}

function parseElements(stream: PyTokenStream, close: string, first: PyExpression): PyExpression[] {
  const elements = [first];
  while (stream.accept(',')) {
    if (stream.at(close)) break;
    elements.push(parseElement(stream));
  }
  stream.expect(close);
  return elements;
}

/** A comprehension when the clauses follow the first element, which then must not be starred. */
function acceptComprehension(
  stream: PyTokenStream,
  form: 'list' | 'set' | 'generator',
  element: PyExpression,
  close: string,
): PyExpression | undefined {
  if (!startsComprehension(stream)) return undefined;
  if (element.kind === 'starred') throw new PySyntaxError('unpacking in a comprehension');
  const clauses = parseClauses(stream);
  stream.expect(close);
  return { kind: 'comprehension', form, element, clauses };
}

function parseList(stream: PyTokenStream): PyExpression {
  if (stream.accept(']')) return { kind: 'list', elements: [] };
  const first = parseElement(stream);
  return (
    acceptComprehension(stream, 'list', first, ']') ?? {
      kind: 'list',
      elements: parseElements(stream, ']', first),
    }
  );
}

function parseGroup(stream: PyTokenStream): PyExpression {
  if (stream.accept(')')) return { kind: 'tuple', elements: [] };
  if (stream.accept('yield')) {
    const from = stream.accept('from');
    const value = from ? parseExpression(stream) : stream.at(')') ? undefined : parseYielded(stream);
    stream.expect(')');
    return { kind: 'yield', from, value };
  }
  const first = parseElement(stream);
  const generator = acceptComprehension(stream, 'generator', first, ')');
  if (generator) return generator;
  if (stream.accept(')')) {
    if (first.kind === 'starred') throw new PySyntaxError('cannot use starred expression here');
    return first;
  }
  return { kind: 'tuple', elements: parseElements(stream, ')', first) };
}

function parseYielded(stream: PyTokenStream): PyExpression {
  const first = parseElement(stream);
  if (!stream.at(',')) return first;
  const elements = [first];
  while (stream.accept(',') && !stream.at(')')) elements.push(parseElement(stream));
  return { kind: 'tuple', elements };
}

type DictEntry = [PyExpression | null, PyExpression];

function parseEntry(stream: PyTokenStream): DictEntry {
  if (stream.accept('**')) return [null, parseBinary(stream, 0)];
  const key = parseExpression(stream);
  stream.expect(':');
  return [key, parseExpression(stream)];
}

function parseBraces(stream: PyTokenStream): PyExpression {
  if (stream.accept('}')) return { kind: 'dict', entries: [] };
  if (!stream.at('**')) {
    const assigns = startsAssignment(stream);
    const first = parseElement(stream);
    if (!stream.at(':')) {
      const comprehension = acceptComprehension(stream, 'set', first, '}');
      return comprehension ?? { kind: 'set', elements: parseElements(stream, '}', first) };
    }
    if (first.kind === 'starred' || assigns) throw new PySyntaxError('invalid dictionary key');
    stream.expect(':');
    const value = parseExpression(stream);
    if (startsComprehension(stream)) {
      const clauses = parseClauses(stream);
      stream.expect('}');
      return { kind: 'dict_comprehension', key: first, value, clauses };
    }
    return parseEntries(stream, [[first, value]]);
  }
  return parseEntries(stream, [parseEntry(stream)]);
}

function parseEntries(stream: PyTokenStream, entries: DictEntry[]): PyExpression {
  while (stream.accept(',')) {
    if (stream.at('}')) break;
    entries.push(parseEntry(stream));
  }
  stream.expect('}');
  return { kind: 'dict', entries };
}

/** Adjacent literals join; bytes and text do not mix, and one f-string makes the whole an f-string. */
function parseStrings(stream: PyTokenStream): PyExpression {
  let value: string | undefined;
  let bytes: string | undefined;
  let unicodePrefix: boolean | undefined;
  const formatted: string[] = [];
  for (let token = stream.token(); token.type === 'string' || token.type === 'fstring'; token = stream.token()) {
    stream.advance();
    if (token.type === 'fstring') formatted.push(token.source);
    else {
      unicodePrefix ??= token.unicodePrefix;
      if (typeof token.value === 'string') value = (value ?? '') + token.value;
      else bytes = (bytes ?? '') + token.value.value;
    }
  }
  if (bytes !== undefined && (value !== undefined || formatted.length > 0)) {
    throw new PySyntaxError('cannot mix bytes and text');
  }
  if (formatted.length > 0) return { kind: 'fstring', source: formatted.join(' ') };
  if (bytes !== undefined) return { kind: 'constant', value: { kind: 'bytes', value: bytes } };
  return { kind: 'constant', value: value ?? '', unicodePrefix };
}

/** `atom` of the grammar: literals, names and everything in brackets. */
function parseAtom(stream: PyTokenStream): PyExpression {
  const token = stream.token();
  if (token.type === 'string' || token.type === 'fstring') return parseStrings(stream);
  if (token.type === 'number') {
    stream.advance();
    return { kind: 'constant', value: token.value };
  }
  if (stream.accept('(')) return parseGroup(stream);
  if (stream.accept('[')) return parseList(stream);
  if (stream.accept('{')) return parseBraces(stream);
  if (stream.accept('...')) return { kind: 'ellipsis' };
  if (stream.accept('None')) return { kind: 'constant', value: null };
  if (stream.accept('True')) return { kind: 'constant', value: true };
  if (stream.accept('False')) return { kind: 'constant', value: false };
  return { kind: 'name', id: stream.identifier() };
}

/**
 * Parses a text as Python 3.11 parses it with `ast.parse(text, mode='eval')`: one expression, or several separated by commas,
 * which are a tuple. Only the syntax is checked; a repeated keyword, for one, passes. Throws `PySyntaxError`.
 */
export function parsePyExpression(source: string): PyExpression {
  const stream = createPyTokenStream(source);
  const first = parseExpression(stream);
  let result = first;
  if (stream.at(',')) {
    const elements = [first];
    while (stream.accept(',')) {
      const { type } = stream.token();
      if (type === 'end' || type === 'newline') break;
      elements.push(parseExpression(stream));
    }
    result = { kind: 'tuple', elements };
  }
  while (stream.token().type === 'newline') stream.advance();
  if (stream.token().type !== 'end') throw new PySyntaxError('text after the expression');
  return result;
}
