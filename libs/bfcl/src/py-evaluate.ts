import { pyBinary } from './py-arithmetic.ts';
import type { PyExpression } from './py-expression.ts';
import { pyStr } from './py-format.ts';
import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { dictSet, isDict, isHashable, isTuple, type PyDict, type PyValue, pyEqual, pyIncludes } from './py-value.ts';

function failure(what: string): never {
  throw new PySyntaxError(`cannot evaluate ${what}`);
}

function truthy(value: PyValue): boolean {
  if (value === null || value === false || value === 0n || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  if (isTuple(value)) return value.items.length > 0;
  return !(isDict(value) && value.entries.length === 0);
}

function elementsOf(value: PyValue | undefined): PyValue[] {
  if (typeof value === 'string') return [...value];
  if (Array.isArray(value)) return value;
  if (isTuple(value)) return value.items;
  return isDict(value) ? value.entries.map(([key]) => key) : failure('an iteration');
}

function toInteger(value: PyValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  const text = typeof value === 'string' ? value.trim() : '';
  if (/^[+-]?\d+(_\d+)*$/.test(text)) return BigInt(text.replaceAll('_', '').replace('+', ''));
  return failure('int()');
}

function toFloat(value: PyValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  const text = typeof value === 'string' ? value.trim() : '';
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : failure('float()');
}

function less(a: PyValue, b: PyValue): boolean {
  if (typeof a === 'string' && typeof b === 'string') {
    const left = [...a].map((char) => char.codePointAt(0)!);
    const right = [...b].map((char) => char.codePointAt(0)!);
    const at = left.findIndex((code, i) => code !== right[i]);
    return at < 0 ? left.length < right.length : right[at] !== undefined && left[at]! < right[at];
  }
  const comparable = (value: PyValue) => ['bigint', 'number', 'boolean'].includes(typeof value);
  return comparable(a) && comparable(b) ? (a as number) < (b as number) : failure('a comparison');
}

function extreme(values: readonly PyValue[], smaller: boolean): PyValue {
  const candidates = values.length === 1 ? elementsOf(values[0]) : values;
  if (candidates.length === 0) return failure('min() or max()');
  return candidates.reduce((best, value) => ((smaller ? less(value, best) : less(best, value)) ? value : best));
}

/** Pure builtins on one value (or several, for min and max). Everything else is treated as an unknown name. */
const BUILTINS: Readonly<Record<string, (values: readonly PyValue[]) => PyValue>> = {
  len: ([value]) => BigInt(elementsOf(value).length),
  int: ([value]) => toInteger(value ?? 0n),
  float: ([value]) => toFloat(value ?? 0n),
  str: ([value]) => (value === undefined ? '' : pyStr(value)),
  repr: ([value]) => pyRepr(value ?? failure('repr()')),
  bool: ([value]) => value !== undefined && truthy(value),
  list: ([value]) => (value === undefined ? [] : [...elementsOf(value)]),
  tuple: ([value]) => ({ kind: 'tuple', items: value === undefined ? [] : [...elementsOf(value)] }),
  abs: ([value]) => {
    if (typeof value === 'number') return Math.abs(value);
    if (typeof value !== 'bigint' && typeof value !== 'boolean') return failure('abs()');
    const integer = toInteger(value);
    return integer < 0n ? -integer : integer;
  },
  min: (values) => extreme(values, true),
  max: (values) => extreme(values, false),
  sum: ([value]) => elementsOf(value).reduce((total, item) => pyBinary('+', total, item), 0n),
};
const MAX_ARGUMENTS: Readonly<Record<string, number>> = {
  min: Number.POSITIVE_INFINITY,
  max: Number.POSITIVE_INFINITY,
};

function evaluateCall(node: Extract<PyExpression, { kind: 'call' }>): PyValue {
  const name = node.func.kind === 'name' ? node.func.id : '';
  const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
  if (builtin === undefined || node.keywords.length > 0 || node.args.length > (MAX_ARGUMENTS[name] ?? 1)) {
    return failure('a call');
  }
  return builtin(node.args.map(evaluate));
}

function evaluateUnary(op: string, value: PyValue): PyValue {
  if (op === 'not') return !truthy(value);
  if (op === '~') return typeof value === 'bigint' || typeof value === 'boolean' ? ~toInteger(value) : failure('~');
  if (typeof value === 'number') return op === '-' ? -value : value;
  if (typeof value !== 'bigint' && typeof value !== 'boolean') return failure(`unary ${op}`);
  return op === '-' ? -toInteger(value) : toInteger(value);
}

function contains(container: PyValue, value: PyValue): boolean {
  if (typeof container !== 'string') return pyIncludes(elementsOf(container), value);
  return typeof value === 'string' ? container.includes(value) : failure('in');
}

function evaluateComparison(op: string, a: PyValue, b: PyValue): boolean {
  if (op === '==') return pyEqual(a, b);
  if (op === '!=') return !pyEqual(a, b);
  if (op === '<') return less(a, b);
  if (op === '>') return less(b, a);
  if (op === '<=') return less(a, b) || pyEqual(a, b);
  if (op === '>=') return less(b, a) || pyEqual(a, b);
  if (op === 'in') return contains(b, a);
  return op === 'not in' ? !contains(b, a) : failure('an identity test');
}

function evaluateIndex(container: PyValue, slice: PyExpression): PyValue {
  if (slice.kind === 'slice') return failure('a slice');
  const index = evaluate(slice);
  if (isDict(container)) {
    return container.entries.find(([key]) => pyEqual(key, index))?.[1] ?? failure('a key');
  }
  const elements = elementsOf(container);
  if (typeof index !== 'bigint' && typeof index !== 'boolean') return failure('an index');
  const position = Number(index) < 0 ? elements.length + Number(index) : Number(index);
  return elements[position] ?? failure('an index');
}

function evaluateDict(entries: readonly [PyExpression | null, PyExpression][]): PyDict {
  const dict: PyDict = { kind: 'dict', entries: [] };
  for (const [key, value] of entries) {
    const name = key === null ? failure('**') : evaluate(key);
    if (!isHashable(name)) return failure('a key');
    dictSet(dict, name, evaluate(value));
  }
  return dict;
}

/**
 * Value of an expression as Python's `eval` gives it, for the constant expressions that occur as arguments: literals, operators,
 * comparisons, conditionals, indexing and a few pure builtins. Names, methods, slices, comprehensions and f-strings are failures.
 * Throws `PySyntaxError`.
 */
export function evaluate(node: PyExpression): PyValue {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'list':
      return node.elements.map(evaluate);
    case 'tuple':
      return { kind: 'tuple', items: node.elements.map(evaluate) };
    case 'dict':
      return evaluateDict(node.entries);
    case 'unary':
      return evaluateUnary(node.op, evaluate(node.operand));
    case 'binary':
      return pyBinary(node.op, evaluate(node.left), evaluate(node.right));
    case 'bool': {
      let value: PyValue = null;
      for (const operand of node.values) {
        value = evaluate(operand);
        if (truthy(value) === (node.op === 'or')) return value;
      }
      return value;
    }
    case 'compare': {
      let left = evaluate(node.left);
      for (const [op, operand] of node.rest) {
        const right = evaluate(operand);
        if (!evaluateComparison(op, left, right)) return false;
        left = right;
      }
      return true;
    }
    case 'conditional':
      return evaluate(truthy(evaluate(node.test)) ? node.body : node.orelse);
    case 'subscript':
      return evaluateIndex(evaluate(node.value), node.slice);
    case 'call':
      return evaluateCall(node);
    default:
      return failure(node.kind);
  }
}
