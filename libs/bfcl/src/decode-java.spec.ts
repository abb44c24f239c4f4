import { decodePromptReply } from './decode-prompt.ts';
import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';

const decode = (text: string): string => {
  try {
    return pyRepr(decodePromptReply(text, 'java', 'v4'));
  } catch (error) {
    if (error instanceof PySyntaxError) return 'fails';
    throw error;
  }
};

describe('a Java reply decodes into texts', () => {
  it.each([
    ['[Disk.mount(path="/a b", force=true, at=x)]', `[{'Disk.mount': {'path': '/a b', 'force': 'true', 'at': 'x'}}]`],
    ['Disk.mount(n = 5)', `[{'Disk.mount': {'n': '5'}}]`],
    ['```\n[mount(n=5L)]\n```', `[{'mount': {'n': '5L'}}]`],
    ['[a.b.C.d(x=1);]', `[{'a.b.C.d': {'x': '1'}}]`],
    // Character literals lose their quotes like strings, however long they are, and escapes stay as written.
    [`[f(c='x', d='several', e="a\\"b")]`, `[{'f': {'c': 'x', 'd': 'several', 'e': 'a\\\\"b'}}]`],
    ['[f(a=new int[]{1, 2})]', `[{'f': {'a': 'new int[]{1,2}'}}]`],
    ['[f(a=new String[]{"p", "q r"})]', `[{'f': {'a': 'new String[]{"p","q r"}'}}]`],
    ['[f(m=new HashMap<String, Object>() {{ put("k", 1); }})]', `[{'f': {'m': 'new HashMap<String,Object>()'}}]`],
    ['[f(l=new ArrayList<>(Arrays.asList(1, 2)))]', `[{'f': {'l': 'new ArrayList<>(Arrays.asList(1, 2))'}}]`],
    ['[f(p=new Point(1, g(2)), t=Point.class)]', `[{'f': {'p': 'new Point(1, g(2))', 't': 'Point.class'}}]`],
    ['[f(a=1 + 2, b=-3, c=(int) 4)]', `[{'f': {'a': '1+2', 'b': '-3', 'c': '(int)4'}}]`],
    // Positional values are dropped; bare identifiers share the key None.
    ['[f("x", 5, a=1)]', `[{'f': {'a': '1'}}]`],
    ['[f(x, a=1)]', `[{'f': {None: 'x', 'a': '1'}}]`],
    ['[f(Point.class)]', `[{'f': {None: 'Point.class'}}]`],
    // The outermost call in reading order counts, wherever it stands.
    ['[int x = outer(a=inner(b=2))]', `[{'outer': {'a': 'inner(b=2)'}}]`],
    ['[f(a=1).g(b=2)]', `[{'f(a=1).g': {'b': '2'}}]`],
    ['[new Disk.mount(a=1)]', '{}'],
    ['[]', '{}'],
    ['', '{}'],
  ])('%s', (text, expected) => expect(decode(text)).toBe(expected));

  it.each([
    ['two calls', '[f(a=1), g(b=2)]'],
    ['a repeated name', '[f(a=1, a=2)]'],
    ['two bare identifiers', '[f(x, y)]'],
    // The missing semicolon of every reply is no error, a missing bracket is one.
    ['an open bracket', '[f(a=1'],
    ['a bare name', '[x]'],
    ['prose', 'None of these functions can help.'],
    ['an array without elements given', '[f(a=new int[5])]'],
    ['a lone surrogate', '[f(a="\ud800")]'],
    ['more tokens than a reply can have', `[f(${'a=1,'.repeat(5000)}b=2)]`],
  ])('%s fails', (_, text) => expect(decode(text)).toBe('fails'));

  it('shifts what follows a character beyond ASCII, since byte offsets are used on characters', () => {
    expect(decode('[f(a="é", b="xyz")]')).toBe(`[{'f': {'a': 'é"', '=': 'yz"'}}]`);
    expect(decode('[f(a="xyz", b="é")]')).toBe(`[{'f': {'a': 'xyz', 'b': 'é"'}}]`);
  });

  it('keeps a long text in one piece', () => {
    expect(decode(`[f(a="${'x'.repeat(200_000)}")]`)).toHaveLength(200_000 + "[{'f': {'a': ''}}]".length);
  });
});
