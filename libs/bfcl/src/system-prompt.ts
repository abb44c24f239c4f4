import type { Message } from '@itool/record';
import type { BfclQuestion } from './bfcl-file.ts';
import { pyJsonDumps } from './py-json-dumps.ts';
import { pyRepr } from './py-repr.ts';
import { dictGet, type PyDict } from './py-value.ts';

/** Wording of the default system message: last v3 release, or v4 in its plain style. */
export type PromptRelease = 'v3' | 'v4';

// The sentences are those of the benchmark's default prompt (gorilla, berkeley-function-call-leaderboard, Apache-2.0): a score is
// comparable with published ones only under the same prompt.
const PERSONA = 'You are an expert in composing functions.';
const TASK =
  'You are given a question and a set of possible functions. Based on the question, you will need to make one or more function/tool calls to achieve the purpose.';
const ABSTAIN =
  'If none of the functions can be used, point it out. If the given question lacks the parameters required by the function, also point it out.';
const CALLS_ONLY = 'You should only return the function calls in your response.';
const FORMAT =
  'If you decide to invoke any of the function(s), you MUST put it in the format of [func_name1(params_name1=params_value1, params_name2=params_value2...), func_name2(params)]';
const NO_OTHER_TEXT = 'You SHOULD NOT include any other text in the response.';
const TURNS =
  "At each turn, you should try your best to complete the tasks requested by the user within the current turn. Continue to output functions to call until you have fulfilled the user's request to the best of your ability. Once you have no more functions to call, the system will consider the current turn complete and proceed to the next turn or task.";

/** Function documents as shown to a model: each description says that the function is in Python syntax (specification 2.1). */
export function describedDocs(docs: readonly PyDict[]): PyDict[] {
  return docs.map((doc) => {
    const description = dictGet(doc, 'description');
    const text = `${typeof description === 'string' ? description : ''} Note that the provided function is in Python 3 syntax.`;
    return { kind: 'dict', entries: doc.entries.map(([key, value]) => [key, key === 'description' ? text : value]) };
  });
}

/** Default system message for a list of described documents (specification 2.2); Python categories only. */
export function systemPrompt(docs: readonly PyDict[], release: PromptRelease): string {
  if (release === 'v3') {
    const list = `Here is a list of functions in JSON format that you can invoke.\n${pyRepr([...docs])}\n`;
    return `${PERSONA} ${TASK}\n${ABSTAIN}\n${CALLS_ONLY}\n\n${FORMAT}\n${NO_OTHER_TEXT}\n\n${TURNS}\n\n${list}\n`;
  }
  const list = `Here is a list of functions in json format that you can invoke.\n${pyJsonDumps([...docs])}\n`;
  return `${PERSONA}${TASK} ${ABSTAIN}\n\n${CALLS_ONLY}\n\n${FORMAT}.  ${NO_OTHER_TEXT}\n\n${TURNS}\n\n${list}`;
}

/** Messages of the first turn with the default system message in front; a system message of the row follows it after a blank line. */
export function promptMessages(question: BfclQuestion, release: PromptRelease): Message[] {
  const turn = question.question[0] ?? [];
  const system = systemPrompt(describedDocs(question.function_docs), release);
  const first = turn[0];
  if (first?.role !== 'system') return [{ role: 'system', content: system }, ...turn];
  return [{ role: 'system', content: `${system}\n\n${first.content}` }, ...turn.slice(1)];
}
