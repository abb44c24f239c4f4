import fc from 'fast-check';
import { parseJsonText } from './json-text.ts';

describe('parseJsonText', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const value: unknown = JSON.parse(text);
        expect(parseJsonText(JSON.stringify(value, null, indent), 'x.json')).toEqual(value);
      }),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.constantFrom(...'{}[]",:x0-.\n'), (text, at, c) => {
        const broken = text.slice(0, at % (text.length + 1)) + c + text.slice((at % (text.length + 1)) + 1);
        let valid = true;
        try {
          JSON.parse(broken);
        } catch {
          valid = false;
        }
        if (!valid) expect(() => parseJsonText(broken, 'x.json')).toThrow(/x\.json:\d+:\d+: /);
      }),
    );
  });

  it.each([
    ['{\n  "a": 1,\n}', 'x.json:3:1: expected a key in double quotes, found "}"'],
    ['{"a" 1}', 'x.json:1:6: expected ":" after key "a", found "1"'],
    ['[1 2]', 'x.json:1:4: expected "," or "]", found "2"'],
    ['{"a": tru}', 'x.json:1:7: expected a value, found "t"'],
    ['{"a": "b', 'x.json:1:7: string is not closed'],
    ['{"a": 1', 'x.json:1:8: expected "," or "}", found end of file'],
    ['{} x', 'x.json:1:4: expected end of file, found "x"'],
    ['{"a": 1,\n "a": 2}', 'x.json:2:2: key is there twice: "a"'],
    ['{"a": 01}', 'x.json:1:7: expected a value, found "0"'],
  ])('shows the place in %j', (text, message) => {
    expect(() => parseJsonText(text, 'x.json')).toThrow(message);
  });
});
