import { checkCase, dictGet, isRelevanceCategory, type ModelOutput, type PyDict } from '@itool/bfcl';
import { type Dataset, textOf } from './golden-rows.ts';

function modelOutput(row: PyDict): ModelOutput {
  const output = dictGet(row, 'model_output') ?? null;
  return textOf(row, 'mode') === 'fc' ? { mode: 'fc', calls: output } : { mode: 'prompt', text: String(output) };
}

/** Compares one verdict row on `valid`, `error_type`, `decodes`, `decoded_repr` and `error`; null when all agree. */
export function compareVerdict(row: PyDict, dataset: Dataset): string | null {
  const category = textOf(row, 'category');
  const id = textOf(row, 'test_id');
  const output = modelOutput(row);
  const verdict = checkCase({
    category,
    question: dataset.question(id, category),
    answer: isRelevanceCategory(category) ? undefined : dataset.answer(id, category),
    modelOutput: output,
    strip: 'v4',
    underscoreToDot: output.mode === 'fc',
  });
  for (const member of ['valid', 'error_type', 'decodes', 'decoded_repr'] as const) {
    const official = dictGet(row, member);
    if (official !== verdict[member]) {
      return `${textOf(row, 'case_id')} (${id}, ${textOf(row, 'mutation')}): ${member} ${verdict[member]}, official ${official}`;
    }
  }
  const official = dictGet(row, 'error');
  // The messages of Python's own parser are not reproduced; official messages are cut at 300 characters.
  if (typeof official !== 'string' || verdict.error_type === 'ast_decoder:decoder_failed') return null;
  const message = [...(verdict.error ?? '')].slice(0, 300).join('');
  if (message === official) return null;
  return `${textOf(row, 'case_id')} (${id}, ${textOf(row, 'mutation')}): error ${message}, official ${official}`;
}
