import { ItoolError, type Message, type Tool } from '@itool/record';

export type Dialogue = { tools: readonly Tool[]; messages: readonly Message[] };

/**
 * Breaks special tokens that a user, a tool or a schema wrote out literally, so that they cannot open or end a turn: after
 * the first character a `mark` is inserted, at which `encodeQuoted` cuts. The mark is a Unicode noncharacter that the dialogue
 * does not contain; it is null, and the dialogue unchanged, when there is nothing to break.
 *
 * @throws ItoolError `bad_data` when every noncharacter of the block is taken.
 */
export function quoteSpecialTokens(
  dialogue: Dialogue,
  special_tokens: readonly string[],
): { dialogue: Dialogue; mark: string | null } {
  const text = JSON.stringify([dialogue.tools, dialogue.messages]);
  // Special tokens hold no character that JSON escapes, so searching the JSON text finds them all.
  if (!special_tokens.some((token) => text.includes(token))) return { dialogue, mark: null };
  const mark = Array.from({ length: 32 }, (_, i) => String.fromCharCode(0xfdd0 + i)).find((c) => !text.includes(c));
  if (mark === undefined)
    throw new ItoolError({
      code: 'bad_data',
      message: 'chat-template: dialogue writes out special tokens and all noncharacters: U+FDD0 to U+FDEF',
    });
  const quote = (value: string): string => {
    let out = value;
    for (const token of special_tokens) out = out.replaceAll(token, token.slice(0, 1) + mark + token.slice(1));
    return out;
  };
  return {
    dialogue: {
      tools: mapStrings(dialogue.tools, quote) as Tool[],
      messages: dialogue.messages.map((message) => ({ ...message, content: quote(message.content) })),
    },
    mark,
  };
}

/** Ids of a rendered text whose special tokens were quoted with `mark`. */
export function encodeQuoted(text: string, mark: string | null, encode: (text: string) => number[]): number[] {
  return mark === null ? encode(text) : text.split(mark).flatMap(encode);
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [map(key), mapStrings(member, map)]));
  return value;
}
