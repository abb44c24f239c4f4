import { PyJsonError, parsePyJson } from './py-json.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { isDict, type PyValue } from './py-value.ts';

/**
 * Decodes a function-calling reply, a list of `{name: arguments as JSON text}`, by the rule of the OpenAI chat handler. A text
 * reply fails, except the empty text, in which there is nothing to fail on. Throws `PySyntaxError`.
 */
export function decodeFunctionCalls(reply: PyValue): PyValue[] {
  if (reply === '') return [];
  if (!Array.isArray(reply)) throw new PySyntaxError('reply is no list of function calls');
  return reply.map((item) => {
    const [name, text] = isDict(item) ? (item.entries[0] ?? []) : [];
    if (name === undefined || typeof text !== 'string') throw new PySyntaxError('function call has no JSON text');
    try {
      return { kind: 'dict', entries: [[name, parsePyJson(text)]] };
    } catch (error) {
      if (error instanceof PyJsonError) throw new PySyntaxError(error.message);
      throw error;
    }
  });
}
