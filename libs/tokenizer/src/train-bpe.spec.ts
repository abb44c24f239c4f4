import fc from 'fast-check';
import { toByteCharacters } from './byte-alphabet.ts';
import { loadTokenizer, SPECIAL_TOKENS, trainBpe } from './index.ts';
import { preTokenize } from './pre-tokenizer.ts';

const TEXTS = [
  'book_flight(src:city,dst:city,day?:date)',
  'Please book a flight from Balo to Mirta on 2024-05-03, not from Dorin.',
  '[book_flight(src="Balo", dst="Mirta", day="2024-05-03")]',
  'Café Zürich 東京 costs 12.50 €',
];

const trained = (vocab_size: number) => trainBpe(TEXTS, { vocab_size, special_tokens: SPECIAL_TOKENS });

/** The definition of BPE encoding: apply the merges one after the other, in the order they were learned. */
function mergeLoop(json: ReturnType<typeof trained>, text: string): number[] {
  return preTokenize(text).flatMap((word) => {
    let pieces = [...toByteCharacters(word)];
    for (const [left, right] of json.model.merges as [string, string][]) {
      const next: string[] = [];
      while (pieces.length > 0) {
        const piece = pieces.shift()!;
        next.push(piece === left && pieces[0] === right ? piece + pieces.shift()! : piece);
      }
      pieces = next;
    }
    return pieces.map((piece) => json.model.vocab[piece]!);
  });
}

const wellFormed = fc.string({ unit: 'binary', maxLength: 40 });

describe('trainBpe', () => {
  it('merges the most frequent pair first and breaks ties by code unit', () => {
    // ab x3, then of the pairs seen twice: "ab c" and "x y" -> "ab" sorts first.
    const json = trainBpe(['abc abc ab xy xy'], { vocab_size: 256 + 3, special_tokens: [] });
    expect(json.model.merges).toEqual([
      ['a', 'b'],
      ['ab', 'c'],
      ['x', 'y'],
    ]);
    expect([json.model.vocab['ab'], json.model.vocab['abc'], json.model.vocab['xy']]).toEqual([256, 257, 258]);
  });

  it('counts overlapping repeats as the merge leaves them', () => {
    const json = trainBpe(['aaaa aaaa'], { vocab_size: 258, special_tokens: [] });
    expect(json.model.merges).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ]);
  });

  it('holds every byte and puts the special tokens first', () => {
    const json = trained(300);
    expect(Object.keys(json.model.vocab)).toHaveLength(300);
    expect(json.added_tokens.map((t) => [t.id, t.content])).toEqual(SPECIAL_TOKENS.map((t, i) => [i, t]));
    expect(new Set(Object.values(json.model.vocab)).size).toBe(300);
  });

  it('gives the same bytes whatever the order of the texts', () => {
    const reversed = trainBpe([...TEXTS].reverse(), { vocab_size: 320, special_tokens: SPECIAL_TOKENS });
    expect(JSON.stringify(reversed)).toBe(JSON.stringify(trained(320)));
  });

  it('refuses a vocabulary without room for the bytes', () => {
    expect(() => trained(262)).toThrow('vocab_size too small: 262 (at least 263)');
  });
});

describe('loadTokenizer', () => {
  const json = trained(330);
  const tokenizer = loadTokenizer(json);

  it('gives back any text', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('encodes as the plain merge loop does', () => {
    const words = fc.constantFrom(...TEXTS.flatMap(preTokenize));
    const mixed = fc.array(fc.oneof(words, wellFormed), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(mixed, (text) => {
        expect(tokenizer.encode(text)).toEqual(mergeLoop(json, text));
      }),
      { numRuns: 200 },
    );
  });

  it('keeps a space apart from the word and takes digits in pairs from the left', () => {
    const pieces = tokenizer.encode('Balo 202,"Balo"').map((id) => tokenizer.piece(id));
    const name = tokenizer.encode('Balo').map((id) => tokenizer.piece(id));
    expect(pieces).toEqual([...name, ' ', '20', '2', ',', '"', ...name, '"']);
  });

  it('knows special tokens in text and leaves them out on demand', () => {
    const ids = tokenizer.encode('<|bos|>hi<|end|>');
    expect(ids[0]).toBe(tokenizer.bos_id);
    expect(ids.at(-1)).toBe(tokenizer.eos_id);
    expect(tokenizer.decode(ids)).toBe('<|bos|>hi<|end|>');
    expect(tokenizer.decode(ids, { skip_special: true })).toBe('hi');
    expect(tokenizer.decode([])).toBe('');
  });

  it('keeps spaces before punctuation', () => {
    expect(tokenizer.decode(tokenizer.encode("in X , not . 's"))).toBe("in X , not . 's");
  });

  it('counts ids, not the size asked for, when the text gives no more merges', () => {
    const larger = trained(1000);
    expect(larger.model.merges.length).toBeLessThan(1000 - 263);
    expect(loadTokenizer(larger).vocab_size).toBe(263 + larger.model.merges.length);
  });

  it('names a token that is not there', () => {
    expect(() => tokenizer.id_of('<|nope|>')).toThrow('not in the vocabulary: <|nope|>');
  });
});
