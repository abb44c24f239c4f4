import { ItoolError } from '@itool/record';
import { BYTE_CHARACTERS, toByteCharacters } from './byte-alphabet.ts';
import { preTokenize, SPLIT_PATTERN } from './pre-tokenizer.ts';
import type { TokenizerJson } from './tokenizer-json.ts';

type Word = { pieces: string[]; count: number };

/**
 * Trains byte-level BPE (Sennrich et al. 2016 over bytes) and returns it as `tokenizer.json`. Ids: the special tokens in the
 * given order, the 256 bytes by character, then one id per merge. Deterministic: the pair with the highest count is merged, ties go to
 * the pair that comes first by code unit (left piece, then right). With little text the vocabulary ends early, when no pair is left.
 *
 * @throws ItoolError `bad_config` when `vocab_size` does not hold the special tokens and the 256 bytes.
 */
export function trainBpe(
  texts: Iterable<string>,
  options: { vocab_size: number; special_tokens: readonly string[] },
): TokenizerJson {
  const { vocab_size, special_tokens } = options;
  const smallest = special_tokens.length + 256;
  if (!Number.isInteger(vocab_size) || vocab_size < smallest)
    throw new ItoolError({
      code: 'bad_config',
      message: `tokenizer: vocab_size too small: ${vocab_size} (at least ${smallest})`,
      hint: 'raise vocab_size; every byte and special token needs an id',
    });

  const vocab: Record<string, number> = {};
  let next = 0;
  for (const token of special_tokens) vocab[token] = next++;
  for (const character of [...BYTE_CHARACTERS].sort()) vocab[character] = next++;

  const merges: [string, string][] = [];
  const pairs = pairTable(countWords(texts));
  while (next < vocab_size) {
    const best = pairs.best();
    if (best === null) break;
    merges.push(best);
    const merged = best[0] + best[1];
    // Two merge orders can build the same piece; it keeps the id it has.
    if (vocab[merged] === undefined) vocab[merged] = next++;
    pairs.merge(best);
  }

  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: special_tokens.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: SPLIT_PATTERN }, behavior: 'Isolated', invert: false },
        { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

function countWords(texts: Iterable<string>): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts) for (const word of preTokenize(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => ({ pieces: [...toByteCharacters(word)], count }));
}

/** Counts of adjacent pairs over all words, kept up to date while pairs are merged. */
function pairTable(words: Word[]) {
  const pairs = new Map<string, { pair: [string, string]; count: number; words: Set<number> }>();

  const account = (index: number, sign: 1 | -1): void => {
    const { pieces, count } = words[index]!;
    for (let i = 0; i + 1 < pieces.length; i++) {
      const pair: [string, string] = [pieces[i]!, pieces[i + 1]!];
      const key = `${pair[0]} ${pair[1]}`;
      let entry = pairs.get(key);
      if (entry === undefined) {
        entry = { pair, count: 0, words: new Set() };
        pairs.set(key, entry);
      }
      entry.count += sign * count;
      if (sign > 0) entry.words.add(index);
      else entry.words.delete(index);
      if (entry.count === 0) pairs.delete(key);
    }
  };
  words.forEach((_, index) => {
    account(index, 1);
  });

  return {
    best(): [string, string] | null {
      let best: { pair: [string, string]; count: number } | null = null;
      for (const entry of pairs.values())
        if (best === null || entry.count > best.count || (entry.count === best.count && before(entry.pair, best.pair)))
          best = entry;
      return best?.pair ?? null;
    },
    merge(pair: [string, string]): void {
      for (const index of [...(pairs.get(`${pair[0]} ${pair[1]}`)?.words ?? [])]) {
        account(index, -1);
        words[index]!.pieces = mergePair(words[index]!.pieces, pair);
        account(index, 1);
      }
    },
  };
}

function before(a: [string, string], b: [string, string]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function mergePair(pieces: string[], [left, right]: [string, string]): string[] {
  const out: string[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      out.push(left + right);
      i++;
    } else out.push(pieces[i]!);
  }
  return out;
}
