import {
  decodePromptText,
  dictGet,
  isDict,
  type PyDict,
  PySyntaxError,
  pyRepr,
  reprString,
  standardizeString,
} from '@itool/bfcl';
import { textOf } from './golden-rows.ts';

function decodedRepr(text: string): string | null {
  try {
    return pyRepr(decodePromptText(text, 'v4'));
  } catch (error) {
    if (error instanceof PySyntaxError) return null;
    throw error;
  }
}

/** Building blocks that exist here, by the `kind` of the golden rows. */
const OPERATIONS: Readonly<Record<string, (input: string) => string | null>> = {
  decode_prompt_text: decodedRepr,
  py_repr_str: reprString,
  standardize_string: standardizeString,
};

export function coversPrimitive(row: PyDict): boolean {
  return Object.hasOwn(OPERATIONS, textOf(row, 'kind'));
}

/** Compares the output of one building block; of `decode_prompt_text` the decoded calls, not their execution strings. */
export function comparePrimitive(row: PyDict): string | null {
  const kind = textOf(row, 'kind');
  const output = dictGet(row, 'output');
  const official = isDict(output) ? dictGet(output, 'decoded_repr') : output;
  const own = OPERATIONS[kind]!(textOf(row, 'input'));
  return own === official ? null : `${textOf(row, 'id')} (${kind}): ${own}, official ${official}`;
}
