import fc from 'fast-check';
import { createCallScanner } from './index.ts';

/** Text cut at its boundaries, each piece with the kind that ended it. */
function cut(text: string, mode: 'structural' | 'chars' = 'structural'): string[] {
  const fragments: string[] = [];
  let start = 0;
  for (const { kind, offset } of createCallScanner({ mode }).feed(text)) {
    fragments.push(`${kind}:${text.slice(start, offset)}`);
    start = offset;
  }
  return start < text.length ? [...fragments, `:${text.slice(start)}`] : fragments;
}

describe('createCallScanner', () => {
  it('ends fragments at arguments, calls and the list', () => {
    expect(cut('[Get Trending Result(category="entertainment", timeframe="today"), f(x=3.14)]')).toEqual([
      'argument:[Get Trending Result(category="entertainment",',
      'call: timeframe="today")',
      'separator:,',
      'call: f(x=3.14)',
      'list:]',
    ]);
  });
  it('keeps quoted text and nested brackets whole', () => {
    expect(cut('[f(a="San Francisco, CA (west)", b=[1, {"k": (2, 3)}], c=\'it\\\'s, ok\')]')).toEqual([
      'argument:[f(a="San Francisco, CA (west)",',
      'argument: b=[1, {"k": (2, 3)}],',
      "call: c='it\\'s, ok')",
      'list:]',
    ]);
  });
  it('ends prose at sentences and lines, not inside numbers or names', () => {
    expect(cut("I can't, sorry. Use api.v2 (for 3.14)!\nWhich city? Paris")).toEqual([
      "sentence:I can't, sorry. ",
      'newline:Use api.v2 (for 3.14)!\n',
      'sentence:Which city? ',
      ':Paris',
    ]);
  });
  it('finds calls without a list', () => {
    expect(cut('f(a=1, b="x, y")')).toEqual(['argument:f(a=1,', 'call: b="x, y")']);
  });
  it('knows the literal rule', () => {
    expect(cut('[f(a="x, y", b=3.1)]', 'chars')).toEqual(['char:[f(a="x,', 'char: y",', 'char: b=3.', 'char:1)', ':]']);
  });
  it('does not depend on how the text is cut, saved or cloned', () => {
    const text = fc.array(
      fc.constantFrom('[f(', 'a=', '"x, ', '"', '1, ', ')', ']', '. ', '\\', '{', '}', 'é😀', '\n', ', g('),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (pieces, chars) => {
        const mode = chars ? 'chars' : 'structural';
        const whole = createCallScanner({ mode }).feed(pieces.join(''));
        let scanner = createCallScanner({ mode });
        const parts = pieces.flatMap((piece, i) => {
          scanner = i % 2 ? scanner.clone() : createCallScanner({ state: JSON.parse(JSON.stringify(scanner.state())) });
          scanner.clone().feed('"[(');
          return scanner.feed(piece);
        });
        expect(parts).toEqual(whole);
      }),
    );
  });
});
