import type { PyComprehension, PyExpression, PyParameter } from './py-expression.ts';
import { pyRepr } from './py-repr.ts';

/** Binding strength as in `ast._Precedence` of Python 3.11. */
const LEVEL = {
  NAMED: 0,
  TUPLE: 1,
  YIELD: 2,
  TEST: 3,
  OR: 4,
  AND: 5,
  NOT: 6,
  CMP: 7,
  BOR: 8,
  BXOR: 9,
  BAND: 10,
  SHIFT: 11,
  ARITH: 12,
  TERM: 13,
  FACTOR: 14,
  POWER: 15,
  AWAIT: 16,
  ATOM: 17,
} as const;

const BINARY_LEVELS: Record<string, number> = {
  '|': LEVEL.BOR,
  '^': LEVEL.BXOR,
  '&': LEVEL.BAND,
  '<<': LEVEL.SHIFT,
  '>>': LEVEL.SHIFT,
  '+': LEVEL.ARITH,
  '-': LEVEL.ARITH,
  '*': LEVEL.TERM,
  '/': LEVEL.TERM,
  '//': LEVEL.TERM,
  '%': LEVEL.TERM,
  '@': LEVEL.TERM,
  '**': LEVEL.POWER,
};

function parenthesize(text: string, level: number, context: number): string {
  return context > level ? `(${text})` : text;
}

function items(elements: readonly PyExpression[]): string {
  return elements.length === 1 ? `${unparse(elements[0]!)},` : elements.map((element) => unparse(element)).join(', ');
}

function constant(node: Extract<PyExpression, { kind: 'constant' }>): string {
  const text = pyRepr(node.value);
  const numeric = typeof node.value === 'number' || (typeof node.value === 'object' && text.endsWith('j'));
  return (node.unicodePrefix ? 'u' : '') + (numeric ? text.replace('inf', '1e309') : text);
}

function clauses(list: readonly PyComprehension[]): string {
  return list
    .map(({ async, target, iterable, conditions }) => {
      const ifs = conditions.map((condition) => ` if ${unparse(condition, LEVEL.TEST + 1)}`).join('');
      const head = ` ${async ? 'async ' : ''}for ${unparse(target, LEVEL.TUPLE)}`;
      return `${head} in ${unparse(iterable, LEVEL.TEST + 1)}${ifs}`;
    })
    .join('');
}

function parameter({ prefix, name, standard }: PyParameter): string {
  return `${prefix}${name}${standard ? `=${unparse(standard)}` : ''}`;
}

function binary(node: Extract<PyExpression, { kind: 'binary' }>, context: number): string {
  const level = BINARY_LEVELS[node.op]!;
  const power = node.op === '**';
  const left = unparse(node.left, power ? level + 1 : level);
  const right = unparse(node.right, power ? level : level + 1);
  return parenthesize(`${left} ${node.op} ${right}`, level, context);
}

function call(node: Extract<PyExpression, { kind: 'call' }>): string {
  const keywords = node.keywords.map(({ name, value }) => `${name === null ? '**' : `${name}=`}${unparse(value)}`);
  return `${unparse(node.func, LEVEL.ATOM)}(${[...node.args.map((arg) => unparse(arg)), ...keywords].join(', ')})`;
}

function dict(node: Extract<PyExpression, { kind: 'dict' }>): string {
  const entries = node.entries.map(([key, value]) =>
    key === null ? `**${unparse(value, LEVEL.BOR)}` : `${unparse(key)}: ${unparse(value)}`,
  );
  return `{${entries.join(', ')}}`;
}

function attribute(node: Extract<PyExpression, { kind: 'attribute' }>): string {
  const value = unparse(node.value, LEVEL.ATOM);
  const integer =
    node.value.kind === 'constant' && (typeof node.value.value === 'bigint' || typeof node.value.value === 'boolean');
  return `${value}${integer ? ' ' : ''}.${node.attr}`;
}

function slice({ lower, upper, step }: Extract<PyExpression, { kind: 'slice' }>): string {
  return `${lower ? unparse(lower) : ''}:${upper ? unparse(upper) : ''}${step ? `:${unparse(step)}` : ''}`;
}

function comprehension(node: Extract<PyExpression, { kind: 'comprehension' }>): string {
  const [open, close] = node.form === 'list' ? '[]' : node.form === 'set' ? '{}' : '()';
  return `${open}${unparse(node.element)}${clauses(node.clauses)}${close}`;
}

/**
 * Source text of an expression as `ast.unparse` of Python 3.11 writes it: spaces and quotes normalised, only the brackets that
 * are needed (a tuple keeps its own except as loop target and index). f-strings keep their source, a deviation that no decoded value of the benchmark shows.
 */
export function unparse(node: PyExpression, context: number = LEVEL.TEST): string {
  switch (node.kind) {
    case 'constant':
      return constant(node);
    case 'ellipsis':
      return '...';
    case 'fstring':
      return node.source;
    case 'name':
      return node.id;
    case 'attribute':
      return attribute(node);
    case 'subscript': {
      const bare = node.slice.kind === 'tuple' && node.slice.elements.length > 0;
      const index = bare && node.slice.kind === 'tuple' ? items(node.slice.elements) : unparse(node.slice);
      return `${unparse(node.value, LEVEL.ATOM)}[${index}]`;
    }
    case 'slice':
      return slice(node);
    case 'call':
      return call(node);
    case 'list':
      return `[${node.elements.map((element) => unparse(element)).join(', ')}]`;
    case 'set':
      return `{${node.elements.map((element) => unparse(element)).join(', ')}}`;
    case 'tuple': {
      const bare = context <= LEVEL.TUPLE && node.elements.length > 0;
      return bare ? items(node.elements) : `(${items(node.elements)})`;
    }
    case 'dict':
      return dict(node);
    case 'unary': {
      const level = node.op === 'not' ? LEVEL.NOT : LEVEL.FACTOR;
      const operator = node.op === 'not' ? 'not ' : node.op;
      return parenthesize(operator + unparse(node.operand, level), level, context);
    }
    case 'binary':
      return binary(node, context);
    case 'bool': {
      const level = node.op === 'or' ? LEVEL.OR : LEVEL.AND;
      // Each operand is written one level tighter than the one before it, a quirk of the original.
      const operands = node.values.map((value, i) => unparse(value, level + 1 + i));
      return parenthesize(operands.join(` ${node.op} `), level, context);
    }
    case 'compare': {
      const rest = node.rest.map(([op, right]) => ` ${op} ${unparse(right, LEVEL.CMP + 1)}`);
      return parenthesize(unparse(node.left, LEVEL.CMP + 1) + rest.join(''), LEVEL.CMP, context);
    }
    case 'conditional': {
      const head = `${unparse(node.body, LEVEL.TEST + 1)} if ${unparse(node.test, LEVEL.TEST + 1)}`;
      return parenthesize(`${head} else ${unparse(node.orelse, LEVEL.TEST)}`, LEVEL.TEST, context);
    }
    case 'lambda': {
      const parameters = node.parameters.map(parameter).join(', ');
      const head = parameters === '' ? 'lambda' : `lambda ${parameters}`;
      return parenthesize(`${head}: ${unparse(node.body, LEVEL.TEST)}`, LEVEL.TEST, context);
    }
    case 'named':
      return parenthesize(`${node.id} := ${unparse(node.value, LEVEL.ATOM)}`, LEVEL.NAMED, context);
    case 'starred':
      return `*${unparse(node.value, LEVEL.BOR)}`;
    case 'await':
      return parenthesize(`await ${unparse(node.value, LEVEL.ATOM)}`, LEVEL.AWAIT, context);
    case 'yield': {
      const keyword = node.from ? 'yield from' : 'yield';
      const text = node.value ? `${keyword} ${unparse(node.value, LEVEL.ATOM)}` : keyword;
      return parenthesize(text, LEVEL.YIELD, context);
    }
    case 'comprehension':
      return comprehension(node);
    case 'dict_comprehension':
      return `{${unparse(node.key)}: ${unparse(node.value)}${clauses(node.clauses)}}`;
  }
}
