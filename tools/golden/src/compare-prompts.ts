import { createHash } from 'node:crypto';
import { describedDocs, dictGet, type PyDict, promptMessages, pyJsonDumps } from '@itool/bfcl';
import { type Dataset, textOf } from './golden-rows.ts';

/** Prompts are built for single-turn Python categories. */
export function coversPrompt(row: PyDict): boolean {
  return !/^(simple_java|simple_javascript|java|javascript|multi_turn_)/.test(textOf(row, 'category'));
}

/** Compares the hashes of the rendered documents and of the two default system messages. */
export function comparePrompt(row: PyDict, dataset: Dataset): string | null {
  const id = textOf(row, 'test_id');
  const question = dataset.question(id, textOf(row, 'category'));
  const texts = {
    func_doc_json_sha256: pyJsonDumps(describedDocs(question.function_docs)),
    system_prompt_v4_sha256: promptMessages(question, 'v4')[0]!.content,
    system_prompt_v3_sha256: promptMessages(question, 'v3')[0]!.content,
  };
  for (const [member, text] of Object.entries(texts)) {
    const hash = createHash('sha256').update(text).digest('hex');
    if (hash !== dictGet(row, member)) return `${id}: ${member} of ${text.length} characters differs`;
  }
  return null;
}
