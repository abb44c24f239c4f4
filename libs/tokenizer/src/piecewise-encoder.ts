import { preTokenize, SPLIT_PATTERN } from './pre-tokenizer.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

type Encode = (text: string) => number[];

/** Distinct pieces that are remembered; beyond that they are encoded each time. */
const MAX_PIECES = 200_000;

/**
 * The same encoder, faster: pieces of the pre-tokenizer are encoded one by one and remembered, since merges never cross them. Only
 * for a tokenizer whose pre-tokenizer is the one that `trainBpe` writes and that changes no text first; null for any other.
 */
export function piecewiseEncoder(json: TokenizerJson, encode: Encode): Encode | null {
  if (json.normalizer !== null || json.post_processor !== null || !splitsAsWeDo(json.pre_tokenizer)) return null;
  // A token with one of these flags takes neighbouring text with it.
  if (json.added_tokens.some((token) => token.lstrip || token.rstrip || token.single_word || token.normalized))
    return null;
  const escaped = json.added_tokens.map(({ content }) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const border = new RegExp(`(${escaped.join('|')})`, 'u');
  const added = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  const known = new Map<string, number[]>();

  return (text) => {
    const ids: number[] = [];
    const parts = escaped.length === 0 ? [text] : text.split(border);
    for (const part of parts) {
      const special = added.get(part);
      if (special !== undefined) {
        ids.push(special);
        continue;
      }
      for (const piece of preTokenize(part)) {
        let encoded = known.get(piece);
        if (encoded === undefined) {
          encoded = encode(piece);
          if (known.size < MAX_PIECES) known.set(piece, encoded);
        }
        for (const id of encoded) ids.push(id);
      }
    }
    return ids;
  };
}

function splitsAsWeDo(pre_tokenizer: unknown): boolean {
  const steps = (pre_tokenizer as { pretokenizers?: Record<string, unknown>[] } | null)?.pretokenizers;
  const [split, bytes] = steps ?? [];
  return (
    steps?.length === 2 &&
    split?.['type'] === 'Split' &&
    split['behavior'] === 'Isolated' &&
    split['invert'] === false &&
    (split['pattern'] as { Regex?: string }).Regex === SPLIT_PATTERN &&
    bytes?.['type'] === 'ByteLevel' &&
    bytes['add_prefix_space'] === false &&
    bytes['use_regex'] === false
  );
}
