import { PyError, raise } from '../py-error.ts';

type Token = number | '+' | '-' | '*' | '/' | '(' | ')';

function count(formula: string, operators: RegExp): number {
  return formula.match(operators)?.length ?? 0;
}

function tokenize(formula: string): Token[] {
  return (formula.match(/\d+|[^\d]/g) ?? []).map((part) => (/\d/.test(part) ? Number(part) : (part as Token)));
}

function divide(a: number, b: number): number {
  if (b === 0) throw new PyError('ZeroDivisionError', 'float division by zero');
  return a / b;
}

/**
 * A formula without parentheses. The official code rewrites a list of numbers and operators: first `*` and `/`, then `+` and `-`,
 * each from the left, and returns the first element. Numbers that meet without an operator, as in (1)(2), stay side by side, so
 * the first chain of numbers and operators is the result, though every chain is computed. An operator in the first place makes
 * the official code take its operand from the end of the list and go on without end; here it is an error, like one without operand.
 */
function calculateFlat(tokens: readonly Token[]): number {
  let result: number | undefined;
  let sum = 0;
  let product = 0;
  let pending: '+' | '-' = '+';
  const close = () => {
    sum = pending === '+' ? sum + product : sum - product;
    result ??= sum;
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (typeof token === 'number') {
      if (i > 0) close();
      sum = 0;
      pending = '+';
      product = token;
      continue;
    }
    const operand = tokens[++i];
    if (i < 2 || typeof operand !== 'number') raise(`operator has no operands: ${token}`);
    else if (token === '*') product *= operand;
    else if (token === '/') product = divide(product, operand);
    else {
      sum = pending === '+' ? sum + product : sum - product;
      pending = token as '+' | '-';
      product = operand;
    }
  }
  if (tokens.length > 0) close();
  return result ?? raise('list index out of range');
}

/**
 * Value of a formula of whole numbers, `+ - * /` and parentheses, in linear time. The official code takes what stands between the first `(`
 * and the first `)`, so nested parentheses and a `)` before its `(` are errors.
 */
export function calculate(formula: string): number {
  const clean = formula.replaceAll(' ', '');
  const operators = count(clean, /[-+*/]/g);
  const valid =
    /^[0-9+\-*/()]+$/.test(clean) &&
    count(clean, /\(/g) === count(clean, /\)/g) &&
    operators > 0 &&
    operators + 1 !== clean.length;
  if (!valid) raise('invalid formula');
  const flat: Token[] = [];
  let inner: Token[] | null = null;
  for (const token of tokenize(clean)) {
    if (token === '(') {
      if (inner) throw new PyError('ValueError', "')' is not in list");
      inner = [];
    } else if (token === ')') {
      if (!inner) throw new PyError('IndexError', 'list index out of range');
      flat.push(calculateFlat(inner));
      inner = null;
    } else (inner ?? flat).push(token);
  }
  return calculateFlat(flat);
}
