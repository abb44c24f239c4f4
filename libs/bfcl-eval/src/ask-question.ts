import type { Answer, Asked } from '@itool/answer';
import { type BfclQuestion, chatTools, type PyValue, promptMessages, pyDict, type ReplyMode } from '@itool/bfcl';

/**
 * How functions reach a model in prompt mode: `v3` and `v4` are the official system messages, `template` gives the tools to the chat
 * template of the model, as in training.
 */
export const PROMPT_STYLES = ['template', 'v3', 'v4'] as const;

export type AskOptions = { mode: ReplyMode; prompt: (typeof PROMPT_STYLES)[number] };

/** The first turn of a row as a model is asked it. */
export function askedOf(question: BfclQuestion, { mode, prompt }: AskOptions): Asked {
  const messages = question.question[0] ?? [];
  if (mode === 'fc') return { messages, chat_tools: chatTools(question.id, question.function_docs) };
  if (prompt === 'template') return { messages, tools: question.tools };
  return { messages: promptMessages(question, prompt) };
}

/** An answer in the form of a result file: the text, or in function-calling mode the list of `{name: JSON text}`. */
export function resultOf({ text, tool_calls }: Answer, mode: ReplyMode): PyValue {
  if (mode === 'prompt' || tool_calls.length === 0) return text;
  return tool_calls.map(({ name, arguments: given }) => pyDict({ [name]: given }));
}
