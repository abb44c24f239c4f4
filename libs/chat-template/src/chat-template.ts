import { Template } from '@huggingface/jinja';
import { ItoolError, type Message } from '@itool/record';
import type { Tokenizer } from '@itool/tokenizer';
import { type Dialogue, encodeQuoted, quoteSpecialTokens } from './quote-special-tokens.ts';

/** Token range [start, end) of one assistant message: its content and the token that ends the turn. */
export type AssistantSpan = { message_index: number; start: number; end: number };

export type ChatTemplate = {
  /** The text of a dialogue, special tokens written out; for display. */
  renderPrompt(dialogue: Dialogue, options: { add_generation_prompt: boolean }): string;
  /** Ids from which the model goes on with an assistant message. */
  encodePrompt(dialogue: Dialogue): number[];
  /** Ids of a whole dialogue and the ranges that a loss covers. */
  encodeDialogue(dialogue: Dialogue): { ids: number[]; spans: AssistantSpan[] };
};

/**
 * Chat template from Jinja source, for one tokenizer. Every path (SFT, ranking, search, pairs, evaluation) goes through it, so
 * that log-probabilities of a dialogue are those of one token sequence (specs: itool, 2.4).
 *
 * Spans come from rendering the dialogue up to each assistant message, with generation prompt and then with the message; the
 * parts are encoded one by one. So the ids of a prompt plus those of its target are the ids of the dialogue by construction,
 * also for a tokenizer that would merge across the border.
 *
 * @throws ItoolError `bad_config` from its functions when the template is not append-only or does not give exactly one BOS.
 */
export function createChatTemplate(source: string, tokenizer: Tokenizer): ChatTemplate {
  const template = new Template(source);
  const token = (id: number) => tokenizer.piece(id);
  const render = (dialogue: Dialogue, messages: readonly Message[], add_generation_prompt: boolean): string =>
    template.render({
      tools: dialogue.tools,
      messages,
      add_generation_prompt,
      bos_token: token(tokenizer.bos_id),
      eos_token: token(tokenizer.eos_id),
    });
  const checkBos = (ids: number[]): number[] => {
    const count = ids.filter((id) => id === tokenizer.bos_id).length;
    if (count === 1) return ids;
    throw new ItoolError({
      code: 'bad_config',
      message: `chat-template: number of BOS tokens in a dialogue: ${count} (exactly 1)`,
      hint: 'the template must print the BOS token once, at the start',
    });
  };

  const encodeDialogue = (raw: Dialogue, upTo: number, openTurn: boolean) => {
    const { dialogue, mark } = quoteSpecialTokens(raw, tokenizer.special_tokens);
    const encode = (text: string) => encodeQuoted(text, mark, tokenizer.encode);
    const ids: number[] = [];
    const spans: AssistantSpan[] = [];
    let done = '';
    const append = (text: string): void => {
      if (!text.startsWith(done))
        throw new ItoolError({
          code: 'bad_config',
          message: 'chat-template: rendering more messages changes the text of earlier ones',
          hint: 'use a template whose output only grows with each message',
        });
      for (const id of encode(text.slice(done.length))) ids.push(id);
      done = text;
    };
    for (let index = 0; index < upTo; index++) {
      if (dialogue.messages[index]!.role !== 'assistant') continue;
      append(render(dialogue, dialogue.messages.slice(0, index), true));
      const start = ids.length;
      append(render(dialogue, dialogue.messages.slice(0, index + 1), false));
      spans.push({ message_index: index, start, end: ids.length });
    }
    if (openTurn || spans.at(-1)?.message_index !== upTo - 1)
      append(render(dialogue, dialogue.messages.slice(0, upTo), openTurn));
    return { ids: checkBos(ids), spans };
  };

  return {
    renderPrompt: (dialogue, options) => render(dialogue, dialogue.messages, options.add_generation_prompt),
    encodePrompt: (dialogue) => encodeDialogue(dialogue, dialogue.messages.length, true).ids,
    encodeDialogue: (dialogue) => encodeDialogue(dialogue, dialogue.messages.length, false),
  };
}
