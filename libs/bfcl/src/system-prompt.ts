import type { Message } from '@itool/record';
import type { BfclQuestion } from './bfcl-file.ts';
import { categoryOf } from './category.ts';
import { describedDocs } from './described-docs.ts';
import { languageOf } from './language.ts';
import { pyJsonDumps } from './py-json-dumps.ts';
import { pyRepr } from './py-repr.ts';
import type { PyDict } from './py-value.ts';

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

/** The whole user message of a turn that reveals held-out functions in function-calling mode, where the tools change. */
export const REVEALED_FUNCTIONS = 'I have updated some more functions you can choose from. What about now?';

/** Default system message for a list of described documents (specification 2.2). */
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
  const language = languageOf(categoryOf(question.id));
  const system = systemPrompt(describedDocs(question.function_docs, language), release);
  const first = turn[0];
  if (first?.role !== 'system') return [{ role: 'system', content: system }, ...turn];
  return [{ role: 'system', content: `${system}\n\n${first.content}` }, ...turn.slice(1)];
}

/**
 * User message in prompt mode that reveals functions held out so far (specification 2.4); their documents do not get the note about
 * the language.
 */
export function revealedFunctionsMessage(docs: readonly PyDict[]): string {
  return `${pyRepr([...docs])}\n${REVEALED_FUNCTIONS}`;
}
