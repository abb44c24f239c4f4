import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { piecewiseEncoder } from './piecewise-encoder.ts';
import { SPECIAL_TOKENS } from './special-tokens.ts';
import { trainBpe } from './train-bpe.ts';

describe('piecewiseEncoder', () => {
  const json = trainBpe(['find a table in Paris', 'find the tables', '[find_table(city="Paris", seats=2)]'], {
    vocab_size: 300,
    special_tokens: SPECIAL_TOKENS,
  });
  const hub = new HubTokenizer(json, { clean_up_tokenization_spaces: false });
  const whole = (text: string) => hub.encode(text, { add_special_tokens: false }).ids;
  const pieces = piecewiseEncoder(json, whole)!;

  it('gives the ids of the library for any text, special tokens included', () => {
    const word = fc.oneof(
      fc.constantFrom(...SPECIAL_TOKENS, 'table', ' ', '\n', '<|', '|>'),
      fc.string({ unit: 'grapheme' }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const text = words.join('');
        expect(pieces(text)).toEqual(text === '' ? [] : whole(text));
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('leaves other tokenizers alone', () => {
    expect(piecewiseEncoder({ ...json, normalizer: { type: 'NFC' } }, whole)).toBeNull();
    expect(piecewiseEncoder({ ...json, pre_tokenizer: { type: 'ByteLevel' } }, whole)).toBeNull();
  });
});
