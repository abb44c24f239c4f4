import { pyFormat } from './py-format.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { dictSet, isDict, isTuple, type PyDict, type PyValue } from './py-value.ts';

/** Largest integer (bits) and sequence (elements) a computed value may have; beyond it the evaluation counts as failed. */
const MAX_SIZE = 1_000_000;

function failure(op: string): never {
  throw new PySyntaxError(`cannot evaluate operator ${op}`);
}

function real(value: PyValue): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

function shift(op: '<<' | '>>', a: bigint, b: bigint): bigint {
  if (b < 0n || (op === '<<' && b > MAX_SIZE)) return failure(op);
  return op === '<<' ? a << b : a >> b;
}

function integers(op: string, a: bigint, b: bigint): PyValue {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '|':
      return a | b;
    case '&':
      return a & b;
    case '^':
      return a ^ b;
    case '<<':
    case '>>':
      return shift(op, a, b);
    case '**':
      if (b < 0n) return floats(op, Number(a), Number(b));
      if (b * BigInt(a.toString(2).length) > MAX_SIZE) return failure(op);
      return a ** b;
    default: {
      if (b === 0n) return failure(op);
      if (op === '//') return floorDivide(a, b);
      if (op === '%') return a - floorDivide(a, b) * b;
      if (op !== '/') return failure(op);
      const quotient = Number(a) / Number(b);
      return Number.isFinite(quotient) ? quotient : failure(op);
    }
  }
}

function floats(op: string, a: number, b: number): PyValue {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**': {
      if (a === 0 && b < 0) return failure(op);
      // A negative base with a fractional exponent is complex in Python; such an argument has no use here.
      const power = a ** b;
      return Number.isFinite(power) || !Number.isFinite(a) || !Number.isFinite(b) ? power : failure(op);
    }
    default: {
      if (b === 0) return failure(op);
      if (op === '/') return a / b;
      const remainder = a % b;
      const modulo = remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder;
      if (op === '%') return modulo === 0 ? (b < 0 ? -0 : 0) : modulo;
      return op === '//' ? Math.round((a - modulo) / b) : failure(op);
    }
  }
}

function repeat(op: string, sequence: PyValue, times: bigint): PyValue {
  const count = times < 0n ? 0 : Number(times);
  if (typeof sequence === 'string') return sequence.length * count > MAX_SIZE ? failure(op) : sequence.repeat(count);
  const items = isTuple(sequence) ? sequence.items : Array.isArray(sequence) ? sequence : failure(op);
  if (items.length * count > MAX_SIZE) return failure(op);
  const repeated = Array.from({ length: items.length * count }, (_, i) => items[i % items.length]!);
  return isTuple(sequence) ? { kind: 'tuple', items: repeated } : repeated;
}

function sequences(op: string, left: PyValue, right: PyValue): PyValue {
  if (op === '%' && typeof left === 'string') return pyFormat(left, right);
  if (op === '*') {
    const times = real(right) ?? real(left);
    if (typeof times === 'bigint') return repeat(op, real(right) === undefined ? right : left, times);
  }
  if (op === '+') {
    if (typeof left === 'string' && typeof right === 'string') return left + right;
    if (Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
    if (isTuple(left) && isTuple(right)) return { kind: 'tuple', items: [...left.items, ...right.items] };
  }
  if (op === '|' && isDict(left) && isDict(right)) {
    const union: PyDict = { kind: 'dict', entries: left.entries.map(([key, value]) => [key, value]) };
    for (const [key, value] of right.entries) dictSet(union, key, value);
    return union;
  }
  return failure(op);
}

/**
 * Value of a binary operator as Python computes it on numbers, strings, lists, tuples and dicts. Complex numbers, bytes and
 * results beyond a million bits or elements count as failures. Throws `PySyntaxError`.
 */
export function pyBinary(op: string, left: PyValue, right: PyValue): PyValue {
  const a = real(left);
  const b = real(right);
  if (a === undefined || b === undefined) return sequences(op, left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean' && '|&^'.includes(op)) {
    return op === '|' ? left || right : op === '&' ? left && right : left !== right;
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') return integers(op, a, b);
  if (['|', '&', '^', '<<', '>>', '@'].includes(op)) return failure(op);
  return floats(op, Number(a), Number(b));
}
