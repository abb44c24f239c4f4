import { checkCase, decodeForExecution, type PyDict, PySyntaxError, parsePyJson } from '@itool/bfcl';

const types = (language: string): Record<string, string> =>
  language === 'python'
    ? { a: 'string', b: 'array', c: 'dict' }
    : language === 'java'
      ? { a: 'HashMap', b: 'boolean', c: 'ArrayList' }
      : { a: 'array', b: 'dict', c: 'String' };

function docOf(language: string): PyDict {
  const properties = Object.fromEntries(
    Object.entries(types(language)).map(([name, type]) => [name, { type, items: { type: 'any' }, description: '' }]),
  );
  const doc = { name: 'f', description: '', parameters: { type: 'dict', properties, required: [] } };
  return parsePyJson(JSON.stringify(doc)) as PyDict;
}

const ANSWER = parsePyJson('{"f": {"a": ["x", ""], "b": [[1, 2.5], ""], "c": [{"k": [1, ""]}, ""]}}') as PyDict;

/** Category, function document and answers of each way in which a reply is judged. */
const ROWS = [
  ['simple_python', docOf('python')],
  ['parallel_multiple', docOf('python')],
  ['irrelevance', docOf('python')],
  ['simple_java', docOf('java')],
  ['simple_javascript', docOf('javascript')],
] as const;

/**
 * Judges a reply in every category, as text and as the arguments of a function call, and decodes it for execution. Returns the
 * verdicts as text; throws when one is no verdict.
 */
export function judgeHostile(reply: string): string {
  const verdicts = ROWS.flatMap(([category, doc]) =>
    [
      reply,
      { mode: 'fc' as const, calls: [{ kind: 'dict' as const, entries: [['f', reply]] as [string, string][] }] },
    ].map((modelOutput) => {
      const { valid, error_type, error_class } = checkCase({
        category,
        question: { function_docs: [doc] },
        answer: { ground_truth: [ANSWER] },
        modelOutput,
        strip: 'v4',
      });
      const whole = valid ? error_type === null : typeof error_type === 'string' && typeof error_class === 'string';
      if (!whole) throw new Error(`no verdict in ${category}: ${valid} ${error_type} ${error_class}`);
      return valid ? 'valid' : error_type;
    }),
  );
  try {
    verdicts.push(`${decodeForExecution(reply, 'v3').length} calls`);
  } catch (error) {
    if (!(error instanceof PySyntaxError || error instanceof RangeError)) throw error;
    verdicts.push('does not decode');
  }
  return verdicts.join(' ');
}
