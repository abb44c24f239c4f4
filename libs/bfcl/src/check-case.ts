import { ItoolError, type ToolCall } from '@itool/record';
import { alignCalls, type ErrorClass, errorClassOfBfcl, type Grade } from '@itool/tool-call';
import type { BfclAnswer, BfclQuestion } from './bfcl-file.ts';
import { baseCategory, isRelevanceCategory } from './category.ts';
import { answerName, type CheckOptions, checkCall } from './check-call.ts';
import { checkCalls, docOf } from './check-calls.ts';
import { decodeFunctionCalls } from './decode-fc.ts';
import { decodePromptText, type StripRule } from './decode-prompt.ts';
import { toJson } from './py-json.ts';
import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';
import { isDict, type PyDict, type PyValue } from './py-value.ts';
import { standardizeString } from './standardize-string.ts';

/** A reply as text (prompt mode), or as the list of `{name: JSON text}` of a function-calling interface. */
export type ModelOutput = { mode: 'prompt'; text: string } | { mode: 'fc'; calls: PyValue };

export type CaseInput = {
  category: string;
  question: Pick<BfclQuestion, 'function_docs'>;
  /** Not needed for the relevance family. */
  answer?: Pick<BfclAnswer, 'ground_truth'>;
  modelOutput: string | ModelOutput;
  strip: StripRule;
  /** Compare function names with dots written as underscores; off in prompt mode. */
  underscoreToDot?: boolean;
};

export type CaseVerdict = {
  valid: boolean;
  /** Official type name (specification 4.10), null when valid. */
  error_type: string | null;
  error: string | null;
  sub_errors?: [number, string][];
  /** Whether decoding succeeded, and the Python repr of what it gave. */
  decodes: boolean;
  decoded_repr: string | null;
  /** Class of the error in the taxonomy of the paper, null when valid. */
  error_class: ErrorClass | null;
  /** A right as written, B right by string tolerance only, C right names in the right number, D everything else. */
  grade: Grade;
};

function decode(output: string | ModelOutput, strip: StripRule): PyValue[] | null {
  try {
    if (typeof output !== 'string' && output.mode === 'fc') return decodeFunctionCalls(output.calls);
    return decodePromptText(typeof output === 'string' ? output : output.text, strip);
  } catch (error) {
    // Nesting or sizes beyond the limits of the runtime are beyond those of the original decoder as well.
    if (error instanceof PySyntaxError || error instanceof RangeError) return null;
    throw error;
  }
}

/** The format that decoded calls must have (specification 3.3): one-key dicts whose value is a dict. */
function asCalls(decoded: readonly PyValue[]): PyDict[] | null {
  const fits = (item: PyValue): item is PyDict =>
    isDict(item) && item.entries.length === 1 && isDict(item.entries[0]![1]);
  return decoded.every(fits) ? [...decoded] : null;
}

function toToolCall(call: PyDict, value: (member: PyValue) => PyValue): ToolCall {
  const [name, values] = call.entries[0]!;
  const entries = isDict(values) ? values.entries : [];
  const plain: PyDict = { kind: 'dict', entries: entries.map(([key, member]) => [key, value(member)]) };
  return { name: String(name), arguments: toJson(plain) as ToolCall['arguments'] };
}

/** Pairs of output and answer by best assignment; an answer stands for the first acceptable value of each parameter. */
function alignWithAnswers(
  calls: readonly PyDict[],
  answers: readonly PyDict[],
  options: CheckOptions,
): [PyDict, PyDict][] {
  const given = new Map(calls.map((call) => [toToolCall(call, (member) => member), call]));
  const expected = new Map(
    answers.map((answer) => {
      const call = toToolCall(answer, (accepted) => (Array.isArray(accepted) ? (accepted[0] ?? null) : accepted));
      const name = options.underscoreToDot ? call.name.replaceAll('.', '_') : call.name;
      return [{ ...call, name }, answer];
    }),
  );
  return alignCalls([...given.keys()], [...expected.keys()]).map(([p, e]) => [given.get(p)!, expected.get(e)!]);
}

function checkAst(input: CaseInput, decoded: readonly PyValue[] | null): Omit<CaseVerdict, 'decodes' | 'decoded_repr'> {
  const undecoded = { valid: false, error_class: 'code_syntax', grade: 'D' } as const;
  if (decoded === null) {
    return { ...undecoded, error_type: 'ast_decoder:decoder_failed', error: 'reply does not decode into calls' };
  }
  const calls = asCalls(decoded);
  if (calls === null) {
    const error = 'decoded reply is no list of {function: {parameter: value}}';
    return { ...undecoded, error_type: 'ast_decoder:decoder_wrong_output_format', error };
  }
  const answers = input.answer?.ground_truth;
  if (answers === undefined) {
    throw new ItoolError({
      code: 'bad_data',
      message: `bfcl: category needs an answer: ${input.category} (only the relevance family has none)`,
    });
  }
  const docs = input.question.function_docs;
  const options: CheckOptions = { form: standardizeString, underscoreToDot: input.underscoreToDot ?? false };
  const failure = checkCalls(input.category, docs, calls, answers, options);
  if (failure === null) {
    const exact = checkCalls(input.category, docs, calls, answers, { ...options, form: (text) => text }) === null;
    return { valid: true, error_type: null, error: null, error_class: null, grade: exact ? 'A' : 'B' };
  }
  const pairs = calls.length === answers.length ? alignWithAnswers(calls, answers, options) : [];
  const pairErrors = pairs.map(
    ([call, answer]) => checkCall(docOf(docs, answerName(answer)), call, answer, options)?.error_type ?? null,
  );
  const named = pairs.length > 0 && !pairErrors.some((type) => type?.endsWith(':wrong_func_name'));
  const error_class = errorClassOfBfcl(failure.error_type, pairErrors);
  return { valid: false, ...failure, error_class, grade: named ? 'C' : 'D' };
}

/** The relevance family: only whether the reply calls something counts, never what (specification 5). */
function checkRelevance(
  category: string,
  decoded: readonly PyValue[] | null,
): Omit<CaseVerdict, 'decodes' | 'decoded_repr'> {
  const calls = decoded === null ? null : asCalls(decoded);
  const calling = calls !== null && calls.length > 0;
  const wanted = !baseCategory(category).endsWith('irrelevance');
  if (calling === wanted) return { valid: true, error_type: null, error: null, error_class: null, grade: 'A' };
  const failure = wanted
    ? { error_type: 'relevance_error:decoder_failed', error: 'reply has no call' }
    : { error_type: 'irrelevance_error:decoder_success', error: 'reply has a call although no function fits' };
  return { valid: false, ...failure, error_class: 'other', grade: 'D' };
}

/**
 * Verdict of the official single-turn evaluation for Python categories on one reply. Categories are dispatched by name, so
 * `multiple`, `live_multiple` and `live_multiple_unseen` behave alike. Never throws for any reply; throws when an AST category
 * comes without an answer. Java, JavaScript and multi-turn categories are not covered.
 */
export function checkCase(input: CaseInput): CaseVerdict {
  const decoded = decode(input.modelOutput, input.strip);
  const verdict = isRelevanceCategory(input.category)
    ? checkRelevance(input.category, decoded)
    : checkAst(input, decoded);
  return {
    ...verdict,
    decodes: decoded !== null,
    decoded_repr: decoded === null ? null : pyRepr(decoded as PyValue[]),
  };
}
