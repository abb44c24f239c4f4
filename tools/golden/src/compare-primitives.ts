import {
  decodeForExecution,
  decodePromptText,
  dictGet,
  isDict,
  type PyDict,
  PySyntaxError,
  type PyValue,
  pyEqual,
  pyJsonDumpsLine,
  pyRepr,
  reprFloat,
  reprString,
  standardizeString,
} from '@itool/bfcl';
import { compareText, splitLines, splitWords, textLength } from '@itool/bfcl-environments';
import { textOf } from './golden-rows.ts';
import { NUMBER_OPERATIONS } from './number-primitives.ts';

function dictOf(members: Readonly<Record<string, PyValue>>): PyDict {
  return { kind: 'dict', entries: Object.entries(members) };
}

function orNull(decode: () => PyValue): PyValue {
  try {
    return decode();
  } catch (error) {
    if (error instanceof PySyntaxError) return null;
    throw error;
  }
}

/** Value of a float in the notation of Python's `float.hex`. */
function floatOfHex(text: string): number {
  const [, sign, lead, digits = '', exponent] = /^(-?)0x([01])(?:\.([0-9a-f]+))?p([+-]\d+)$/.exec(text) ?? [];
  if (lead === undefined) return text === 'nan' ? Number.NaN : text.startsWith('-') ? -Infinity : Infinity;
  // Halving step by step rounds once at most, also below the smallest normal number.
  let value = Number(BigInt(`0x${lead}${digits}`));
  let steps = Number(exponent) - 4 * digits.length;
  for (; steps > 0; steps--) value *= 2;
  for (; steps < -1000; steps += 500) value *= 2 ** -500;
  return (sign === '-' ? -1 : 1) * (value * 2 ** steps);
}

/** Value of a Python literal; the names nan and inf, as `repr` writes such floats, are written as constants. */
function literalOf(text: string): PyValue {
  const floats = text.replace(/(?<=[-:[,(\s])(nan|inf)(?=[\],})])/g, (name) => (name === 'inf' ? '1e400' : '0*1e400'));
  const [call] = decodePromptText(`[f(a=${floats})]`, 'v4');
  const values = call?.entries[0]?.[1] ?? null;
  return (isDict(values) ? dictGet(values, 'a') : undefined) ?? null;
}

/** Building blocks that exist here, by the `kind` of the golden rows. */
const TEXT_OPERATIONS: Readonly<Record<string, (input: string) => PyValue>> = {
  decode_prompt_text: (text) =>
    dictOf({
      decoded_repr: orNull(() => pyRepr(decodePromptText(text, 'v4'))),
      execution_list: orNull(() => decodeForExecution(text, 'v4')),
    }),
  py_repr_str: reprString,
  json_dumps_str: (text) => pyJsonDumpsLine(text) ?? null,
  standardize_string: standardizeString,
  len: (text) => BigInt(textLength(text)),
  sorted_lines: (text) => splitLines(text).sort(compareText),
  split_ws: splitWords,
  splitlines: splitLines,
  utf8_bytes: (text) => BigInt(Buffer.byteLength(text, 'utf8')),
  obj_repr_and_json: (text) => {
    const value = literalOf(text);
    return dictOf({ str: pyRepr(value), json: pyJsonDumpsLine(value) ?? null });
  },
};

const OPERATIONS: Readonly<Record<string, (input: PyDict) => PyValue>> = {
  ...NUMBER_OPERATIONS,
  float_repr: (input) => {
    const value = floatOfHex(textOf(input, 'hex'));
    return dictOf({ repr: reprFloat(value), json: pyJsonDumpsLine(value) ?? null });
  },
};

export function coversPrimitive(row: PyDict): boolean {
  const kind = textOf(row, 'kind');
  return Object.hasOwn(TEXT_OPERATIONS, kind) || Object.hasOwn(OPERATIONS, kind);
}

/** Compares the output of one building block. */
export function comparePrimitive(row: PyDict): string | null {
  const kind = textOf(row, 'kind');
  const input = dictGet(row, 'input') ?? null;
  const own = isDict(input) ? OPERATIONS[kind]!(input) : TEXT_OPERATIONS[kind]!(textOf(row, 'input'));
  const official = dictGet(row, 'output') ?? null;
  if (pyEqual(own, official)) return null;
  return `${textOf(row, 'id')} (${kind}): ${pyRepr(own)}, official ${pyRepr(official)}`;
}
