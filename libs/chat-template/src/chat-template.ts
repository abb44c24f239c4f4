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
 * also for a tokenizer that would merge across the border, and no `{% generation %}` marks are needed. A span ends with the token that ends
 * the turn: what a template writes after it (Qwen's line break) is trained by nobody.
 *
 * Tools are passed in the form of transformers, `{type: 'function', function: {...}}`, and no tools as none. A template that writes
 * the date gets a fixed one.
 *
 * @throws ItoolError `bad_config` from its functions when the template is not append-only, or does not give exactly one BOS for a
 * tokenizer that has one.
 */
export function createChatTemplate(source: string, tokenizer: Tokenizer): ChatTemplate {
  // The library's own strftime_now tells today's date and cannot be replaced by a variable of the same name.
  const template = new Template(source.replace(/\bstrftime_now\b/g, 'fixed_strftime'));
  const render = (dialogue: Dialogue, messages: readonly Message[], add_generation_prompt: boolean): string =>
    template.render({
      tools: dialogue.tools.length === 0 ? null : dialogue.tools.map((tool) => ({ type: 'function', function: tool })),
      messages,
      add_generation_prompt,
      bos_token: tokenizer.bos_id === null ? null : tokenizer.piece(tokenizer.bos_id),
      eos_token: tokenizer.piece(tokenizer.eos_id),
      ...FIXED_DATE,
    });
  /** Text up to where the content of an assistant message would begin. */
  const renderOpen = (dialogue: Dialogue, messages: readonly Message[]): string => {
    const prompt = render(dialogue, messages, true);
    if (prompt !== render(dialogue, messages, false)) return prompt;
    // The template knows no generation prompt: it is what stands before the content of a message.
    const probe = render(dialogue, [...messages, { role: 'assistant', content: PROBE }], false);
    if (!probe.startsWith(prompt)) throw rewrites();
    return probe.slice(0, Math.max(probe.indexOf(PROBE), prompt.length));
  };

  const encodeDialogue = (raw: Dialogue, upTo: number, openTurn: boolean) => {
    const { dialogue, mark } = quoteSpecialTokens(raw, tokenizer.special_tokens);
    const encode = (text: string) => encodeQuoted(text, mark, tokenizer.encode);
    const ids: number[] = [];
    const spans: AssistantSpan[] = [];
    let done = '';
    const append = (text: string): void => {
      if (!text.startsWith(done)) throw rewrites();
      for (const id of encode(text.slice(done.length))) ids.push(id);
      done = text;
    };
    for (let index = 0; index < upTo; index++) {
      if (dialogue.messages[index]!.role !== 'assistant') continue;
      append(renderOpen(dialogue, dialogue.messages.slice(0, index)));
      const start = ids.length;
      append(render(dialogue, dialogue.messages.slice(0, index + 1), false));
      const turn_end = ids.lastIndexOf(tokenizer.eos_id);
      spans.push({ message_index: index, start, end: turn_end < start ? ids.length : turn_end + 1 });
    }
    if (openTurn) append(renderOpen(dialogue, dialogue.messages.slice(0, upTo)));
    else if (spans.at(-1)?.message_index !== upTo - 1)
      append(render(dialogue, dialogue.messages.slice(0, upTo), false));
    checkBos(ids, tokenizer.bos_id);
    return { ids, spans };
  };

  return {
    renderPrompt: (dialogue, options) =>
      options.add_generation_prompt
        ? renderOpen(dialogue, dialogue.messages)
        : render(dialogue, dialogue.messages, false),
    encodePrompt: (dialogue) => encodeDialogue(dialogue, dialogue.messages.length, true).ids,
    encodeDialogue: (dialogue) => encodeDialogue(dialogue, dialogue.messages.length, false),
  };
}

/** Stands for the content of a message: a private-use character that no text holds. */
const PROBE = '\u{10fffd}';

/**
 * Today, for templates that write the date: the same on every day, since token ids become artifacts. It is the one that Llama 3.1's
 * template falls back to.
 */
const FIXED_DATE = {
  date_string: '26 Jul 2024',
  fixed_strftime: (format: string): string => {
    const parts: Record<string, string> = {
      d: '26',
      m: '07',
      Y: '2024',
      y: '24',
      b: 'Jul',
      B: 'July',
      H: '00',
      M: '00',
      S: '00',
    };
    return format.replace(/%([a-zA-Z])/g, (whole, letter: string) => parts[letter] ?? whole);
  },
};

function checkBos(ids: readonly number[], bos_id: number | null): void {
  if (bos_id === null) return;
  const count = ids.filter((id) => id === bos_id).length;
  if (count !== 1)
    throw badTemplate(
      `number of BOS tokens in a dialogue: ${count} (exactly 1)`,
      'the template must print the BOS token once, at the start; set "add_bos_token": false in tokenizer_config.json for a model without one',
    );
}

function rewrites(): ItoolError {
  return badTemplate(
    'rendering more messages changes the text of earlier ones',
    'use a template whose output only grows with each message',
  );
}

function badTemplate(fact: string, hint: string): ItoolError {
  return new ItoolError({ code: 'bad_config', message: `chat-template: ${fact}`, hint });
}
