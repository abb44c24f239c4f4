import { isRelevanceCategory } from './category.ts';
import { isMultiTurnCategory } from './dataset.ts';
import { describedDocs } from './described-docs.ts';
import type { JudgedRow } from './judge-results.ts';
import { languageOf } from './language.ts';
import { fromJson } from './py-json.ts';
import { pyDict, pyJsonText } from './py-json-text.ts';
import { pyRepr } from './py-repr.ts';
import { isDict, type PyValue } from './py-value.ts';

function promptOf({ question, category }: JudgedRow): PyValue {
  const { id, question: turns, function_docs, involved_classes, initial_config } = question;
  if (involved_classes !== undefined) {
    return pyDict({
      id,
      question: fromJson(turns),
      initial_config: initial_config ?? null,
      involved_classes,
    });
  }
  return pyDict({ id, question: fromJson(turns), function: describedDocs(function_docs, languageOf(category)) });
}

/** The official list of messages; for a parallel reply without a match also why each unused call is no partner. */
function errorsOf({ verdict, possible_answer }: JudgedRow): PyValue[] {
  const calls = Array.isArray(verdict.decoded) ? verdict.decoded : [];
  const answers = Array.isArray(possible_answer) ? possible_answer : [];
  const unmatched = Number(/index (\d+) of possible answers/.exec(verdict.error ?? '')?.[1] ?? 0);
  const details = (verdict.sub_errors ?? []).map(([index, error_type, error]) =>
    pyDict({
      [`Model Result Index ${index}`]: pyDict({
        sub_error: [error],
        sub_error_type: error_type,
        model_output_item: calls[index] ?? null,
        possible_answer_item: answers[unmatched] ?? null,
      }),
    }),
  );
  return [verdict.error ?? '', ...details];
}

function failedRow(row: JudgedRow, model_name: string): PyValue {
  const { id, category, result, verdict, possible_answer } = row;
  const error_type = verdict.error_type ?? '';
  const head = { id, model_name, test_category: category, valid: false };
  if (isMultiTurnCategory(category)) {
    const error = pyDict({ error_message: verdict.error ?? '', error_type, details: verdict.details ?? null });
    return pyDict({
      ...head,
      error,
      prompt: promptOf(row),
      model_result_raw: result,
      possible_answer: possible_answer ?? null,
    });
  }
  const tail = { error: errorsOf(row), error_type, prompt: promptOf(row) };
  if (isRelevanceCategory(category)) {
    return pyDict({ ...head, ...tail, model_result: result, decoded_result: verdict.decoded ?? null });
  }
  const answer = { possible_answer: possible_answer ?? null };
  if (verdict.decoded === undefined) return pyDict({ ...head, ...tail, model_result_raw: result, ...answer });
  const text = (value: PyValue) => (typeof value === 'string' ? value : pyRepr(value));
  const wrongFormat = error_type === 'ast_decoder:decoder_wrong_output_format';
  return pyDict({
    ...head,
    ...tail,
    model_result_raw: wrongFormat ? text(result) : result,
    model_result_decoded: wrongFormat ? text(verdict.decoded) : verdict.decoded,
    ...answer,
  });
}

/**
 * Text of a score file as the official tool writes it: first a line with accuracy and counts, then one line per failing row with
 * error, prompt, reply and acceptable answers. `model` is the name of the model.
 */
export function scoreFileText(model: string, rows: readonly JudgedRow[]): string {
  const failing = rows.filter(({ verdict }) => !verdict.valid);
  const correct = rows.length - failing.length;
  const head = pyDict({
    accuracy: rows.length === 0 ? 0 : correct / rows.length,
    correct_count: BigInt(correct),
    total_count: BigInt(rows.length),
  });
  return [head, ...failing.map((row) => failedRow(row, model))].map((line) => `${pyJsonText(line)}\n`).join('');
}

/** The call `{name: {...}}` of a dict with one key, for people: acceptable answers as one line each. */
export function expectedText(possible_answer: PyValue | undefined): string {
  if (possible_answer === undefined) return '';
  const answers = Array.isArray(possible_answer) ? possible_answer : [possible_answer];
  return answers
    .map((answer) => (isDict(answer) || Array.isArray(answer) ? pyJsonText(answer) : String(answer)))
    .join('\n');
}
