import { decodeFunctionCalls } from './decode-fc.ts';
import { decodePromptText, type StripRule } from './decode-prompt.ts';
import { pyStr } from './py-format.ts';
import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { isDict, isTuple, type PyDict, type PyValue } from './py-value.ts';

/** Ints of more than 4300 digits have no repr in Python, so a reply with one does not decode. */
const UNPRINTABLE = BigInt(`1${'0'.repeat(4300)}`);

function requirePrintable(value: PyValue): void {
  if (typeof value === 'bigint' && (value >= UNPRINTABLE || value <= -UNPRINTABLE)) {
    throw new PySyntaxError('int is too large to be printed');
  }
  if (Array.isArray(value)) value.forEach(requirePrintable);
  else if (isTuple(value)) value.items.forEach(requirePrintable);
  else if (isDict(value)) for (const [, member] of value.entries) requirePrintable(member);
}

/** A dict of dicts is taken for a call and printed as one, by its first key; an empty dict has none and fails. */
function argumentText(value: PyValue): string {
  if (!isDict(value)) {
    requirePrintable(value);
    return pyRepr(value);
  }
  if (!value.entries.every(([, member]) => isDict(member))) {
    return `{${value.entries.map(([key, member]) => `'${pyStr(key)}': ${argumentText(member)}`).join(', ')}}`;
  }
  const first = value.entries[0];
  if (first === undefined) throw new PySyntaxError('list index out of range');
  return callText(first[0], first[1] as PyDict);
}

function callText(name: PyValue, values: PyDict): string {
  return `${pyStr(name)}(${values.entries.map(([key, value]) => `${pyStr(key)}=${argumentText(value)}`).join(', ')})`;
}

/**
 * Call strings of a prompt-mode reply as the executor gets them (specification 3.4): decoded and printed again, so that positional
 * arguments are gone and values are normalised. Throws `PySyntaxError` where the official decoder raises.
 */
export function decodeForExecution(text: string, strip: StripRule): string[] {
  return decodePromptText(text, strip).flatMap((call) =>
    call.entries.map(([name, values]) => callText(name, values as PyDict)),
  );
}

/**
 * Call strings of a function-calling reply, a list of `{name: arguments as JSON text}`; a text reply fails, except the empty one.
 * Throws `PySyntaxError`.
 */
export function decodeFcForExecution(reply: PyValue): string[] {
  return decodeFunctionCalls(reply).map((call) => {
    const [name, values] = (call as PyDict).entries[0]!;
    if (!isDict(values)) throw new PySyntaxError('arguments are no object');
    requirePrintable(values);
    return `${pyStr(name)}(${values.entries.map(([key, value]) => `${pyStr(key)}=${pyRepr(value)}`).join(',')})`;
  });
}

/** Whether decoded call strings are as good as none: no call, or one empty string (specification 3.4). */
export function isEmptyExecution(calls: readonly string[]): boolean {
  return calls.length === 0 || (calls.length === 1 && calls[0] === '');
}
