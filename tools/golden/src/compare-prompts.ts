import { createHash } from 'node:crypto';
import {
  describedDocs,
  dictGet,
  isDict,
  languageOf,
  type PyDict,
  promptMessages,
  pyJsonDumps,
  revealedFunctionsMessage,
} from '@itool/bfcl';
import { type Dataset, textOf } from './golden-rows.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Compares the hashes of the rendered documents, of the two default system messages and, in multi-turn rows, of the messages that
 * reveal held-out functions.
 */
export function comparePrompt(row: PyDict, dataset: Dataset): string | null {
  const id = textOf(row, 'test_id');
  const category = textOf(row, 'category');
  const question = dataset.question(id, category);
  const held_out = dataset.heldOut(question);
  const texts = {
    func_doc_json_sha256: pyJsonDumps(describedDocs(question.function_docs, languageOf(category))),
    system_prompt_v4_sha256: promptMessages(question, 'v4')[0]!.content,
    system_prompt_v3_sha256: promptMessages(question, 'v3')[0]!.content,
  };
  for (const [member, text] of Object.entries(texts)) {
    if (sha256(text) !== dictGet(row, member)) return `${id}: ${member} of ${text.length} characters differs`;
  }
  const messages = dictGet(row, 'missed_function_messages');
  const official = isDict(messages) ? messages.entries : [];
  if (official.length !== held_out.size)
    return `${id}: ${held_out.size} turns reveal functions, official ${official.length}`;
  for (const [turn, message] of official) {
    const own = sha256(revealedFunctionsMessage(held_out.get(Number(turn)) ?? []));
    if (!isDict(message) || dictGet(message, 'sha256') !== own) return `${id}: message of turn ${turn} differs`;
  }
  return null;
}
