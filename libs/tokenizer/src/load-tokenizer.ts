import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { ItoolError } from '@itool/record';
import { piecewiseEncoder } from './piecewise-encoder.ts';
import { OWN_TOKENS, type TokenNames } from './token-names.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

export type Tokenizer = {
  /**
   * Token ids of a text; special tokens written out in it become their ids, and no token is added. A lone surrogate has no
   * UTF-8 form and is encoded as U+FFFD.
   */
  encode(text: string): number[];
  /** Text of ids; with `skip_special` the special tokens are left out. Bytes that are not UTF-8 become U+FFFD. */
  decode(ids: readonly number[], options?: { skip_special?: boolean }): string;
  /** Id of a token as the vocabulary writes it. @throws ItoolError `bad_data` when there is none. */
  id_of(token: string): number;
  /** Text of one token: part of a multi-byte character reads U+FFFD. */
  piece(id: number): string;
  /** Contents of all special tokens, in id order. */
  special_tokens: readonly string[];
  /** The token that begins a dialogue; null: dialogues begin without one. */
  bos_id: number | null;
  /** The token that ends a turn, hence a generation. */
  eos_id: number;
  /** Largest id plus one. */
  vocab_size: number;
};

/**
 * Tokenizer of a `tokenizer.json`. The names of the special tokens that begin a dialogue and end a turn are those of our own tokenizer
 * unless given. Nothing that the file's post-processor would add (a BOS) is added: the chat template writes it.
 *
 * @throws ItoolError `bad_data` when the file is malformed or lacks one of them.
 */
export function loadTokenizer(json: TokenizerJson, names: TokenNames = OWN_TOKENS): Tokenizer {
  const tokenizer = openTokenizer(json);
  const idOf = (token: string): number => {
    const id = tokenizer.token_to_id(token);
    if (id === undefined)
      throw new ItoolError({ code: 'bad_data', message: `tokenizer: token is not in the vocabulary: ${token}` });
    return id;
  };
  const decode = (ids: readonly number[], options: { skip_special?: boolean } = {}): string =>
    ids.length === 0 ? '' : tokenizer.decode([...ids], { skip_special_tokens: options.skip_special ?? false });

  let vocabSize = 0;
  for (const id of Object.values(json.model.vocab)) vocabSize = Math.max(vocabSize, id + 1);
  for (const { id } of json.added_tokens) vocabSize = Math.max(vocabSize, id + 1);
  const pieces = new Map<number, string>();
  const encodeWhole = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const encode = piecewiseEncoder(json, encodeWhole) ?? encodeWhole;
  return {
    encode: (text) => (text === '' ? [] : encode(text)),
    decode,
    id_of: idOf,
    piece: (id) => {
      let piece = pieces.get(id);
      if (piece === undefined) {
        piece = decode([id]);
        pieces.set(id, piece);
      }
      return piece;
    },
    special_tokens: json.added_tokens
      .filter((token) => token.special)
      .sort((a, b) => a.id - b.id)
      .map((token) => token.content),
    bos_id: names.bos_token === null ? null : idOf(names.bos_token),
    eos_id: idOf(names.eos_token),
    vocab_size: vocabSize,
  };
}

function openTokenizer(json: TokenizerJson): HubTokenizer {
  try {
    // The library's default would delete spaces before punctuation when it decodes.
    return new HubTokenizer(json, { clean_up_tokenization_spaces: false });
  } catch (cause) {
    throw new ItoolError({
      code: 'bad_data',
      message: `tokenizer: tokenizer.json cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    });
  }
}
