import { ItoolError, type ToolCall } from '@itool/record';
import { alignCalls, type ErrorClass, errorClassOfBfcl, type Grade } from '@itool/tool-call';
import type { BfclAnswer, BfclQuestion } from './bfcl-file.ts';
import { baseCategory, isRelevanceCategory } from './category.ts';
import { answerName, type CheckOptions, checkCall } from './check-call.ts';
import { checkCalls, docOf, type SubError } from './check-calls.ts';
import { decodeFunctionCalls } from './decode-fc.ts';
import { decodePromptReply, type StripRule } from './decode-prompt.ts';
import { type Language, languageOf } from './language.ts';
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
  sub_errors?: SubError[];
  /** Whether decoding succeeded, and the Python repr of what it gave. */
  decodes: boolean;
  decoded_repr: string | null;
  /** What decoding gave; undefined when it failed. */
  decoded?: PyValue;
  /** Class of the error in the taxonomy of the paper, null when valid. */
  error_class: ErrorClass | null;
  /** A right as written, B right by string tolerance only, C right names in the right number, D everything else. */
  grade: Grade;
};

type Decoded = { ok: true; value: PyValue } | { ok: false; error: string };

function decode(output: string | ModelOutput, language: Language, strip: StripRule): Decoded {
  try {
    if (typeof output !== 'string' && output.mode === 'fc')
      return { ok: true, value: decodeFunctionCalls(output.calls) };
    return { ok: true, value: decodePromptReply(typeof output === 'string' ? output : output.text, language, strip) };
  } catch (error) {
    // Nesting or sizes beyond the limits of the runtime are beyond those of the original decoder as well.
    if (error instanceof PySyntaxError || error instanceof RangeError) return { ok: false, error: error.message };
    throw error;
  }
}

/** The format that decoded calls must have (specification 3.3): one-key dicts whose value is a dict. */
function asCalls(decoded: PyValue): PyDict[] | null {
  if (!Array.isArray(decoded)) return null;
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

function checkAst(
  input: CaseInput,
  language: Language,
  decoded: Decoded,
): Omit<CaseVerdict, 'decodes' | 'decoded_repr' | 'decoded'> {
  const undecoded = { valid: false, error_class: 'code_syntax', grade: 'D' } as const;
  if (!decoded.ok) {
    const error = `Invalid syntax. Failed to decode AST. ${decoded.error}`;
    return { ...undecoded, error_type: 'ast_decoder:decoder_failed', error };
  }
  const calls = asCalls(decoded.value);
  if (calls === null) {
    const error =
      'Did not output in the specified format. Note: the model_result is wrapped in a string to ensure json serializability.';
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
  const options: CheckOptions = {
    form: standardizeString,
    language,
    underscoreToDot: input.underscoreToDot ?? false,
  };
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
function checkRelevance(category: string, decoded: Decoded): Omit<CaseVerdict, 'decodes' | 'decoded_repr' | 'decoded'> {
  const calls = decoded.ok ? asCalls(decoded.value) : null;
  const calling = calls !== null && calls.length > 0;
  const wanted = !baseCategory(category).endsWith('irrelevance');
  if (calling === wanted) return { valid: true, error_type: null, error: null, error_class: null, grade: 'A' };
  const failure = wanted
    ? {
        error_type: 'relevance_error:decoder_failed',
        error: `Invalid syntax. Failed to decode AST when it should have. ${decoded.ok ? 'None' : decoded.error}`,
      }
    : {
        error_type: 'irrelevance_error:decoder_success',
        error: 'Valid syntax. Successfully decode AST when it should not.',
      };
  return { valid: false, ...failure, error_class: 'other', grade: 'D' };
}

/**
 * Verdict of the official single-turn evaluation on one reply. Categories are dispatched by name, so `multiple`, `live_multiple` and
 * `live_multiple_unseen` behave alike. Never throws for any reply; throws when an AST category comes without an answer. Multi-turn
 * categories are not covered.
 */
export function checkCase(input: CaseInput): CaseVerdict {
  const relevance = isRelevanceCategory(input.category);
  const language = relevance ? 'python' : languageOf(input.category);
  const decoded = decode(input.modelOutput, language, input.strip);
  const verdict = relevance ? checkRelevance(input.category, decoded) : checkAst(input, language, decoded);
  if (!decoded.ok) return { ...verdict, decodes: false, decoded_repr: null };
  return { ...verdict, decodes: true, decoded_repr: pyRepr(decoded.value), decoded: decoded.value };
}
