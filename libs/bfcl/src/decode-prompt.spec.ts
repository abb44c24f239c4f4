import { decodePromptText, PySyntaxError, pyRepr, type StripRule } from './index.ts';

function decoded(text: string, strip: StripRule = 'v4'): string | null {
  try {
    return pyRepr(decodePromptText(text, strip));
  } catch (error) {
    if (error instanceof PySyntaxError) return null;
    throw error;
  }
}

describe('decodePromptText', () => {
  it.each([
    ["[f(a=1), g.h(b='x')]", "[{'f': {'a': 1}}, {'g.h': {'b': 'x'}}]"],
    ['``` f(a=1.0) ```', "[{'f': {'a': 1.0}}]"],
    ['[]', '[]'],
    ['', '[]'],
    ['[f(1, *x, a=2, **y, a=3)]', "[{'f': {'a': 3, None: 'y'}}]"],
    ['[f(1, a=2, a=3)]', "[{'f': {'a': 3}}]"],
    ['[f(**{"k": 1})]', "[{'f': {None: {'k': 1}}}]"],
    ["['f'(b=2), (g)[0](c=1)]", "[{'': {'b': 2}}, {'': {'c': 1}}]"],
    ['[f(a=1), 2]', null],
    ['{f(): 1}', null],
    ['Sorry, I cannot.', null],
    ['[f(a=1)] done', null],
    ['[f(from=1)]', null],
    ['[f(a.b=1)]', null],
    ['[f(a=1, 2)]', null],
    ['\t[f()]', null],
  ])('decodes the calls of %j', (text, expected) => {
    expect(decoded(text)).toBe(expected);
  });

  it.each([
    ['+5', '-5'],
    ['not True', '-1'],
    ['~0', '0'],
    ['-1.50', '-1.5'],
    ['--1', null],
    ["-'x'", null],
    ['...', "'...'"],
    ['true', "'true'"],
    ['x.y', null],
    ['{1, 2}', null],
    ['[1, (2,), {"k": None, 1: []}]', "[1, (2,), {'k': None, 1: []}]"],
    ['{[]: 1}', null],
    ['2 ** 3 - 7 // -2', '12'],
    ['-7 % 3 + 0.5', '2.5'],
    ["'a' + 'b' * 2", "'abb'"],
    ["'%s-%03d' % ('x', 7)", "'x-007'"],
    ['1 / 0', null],
    ['x + 1', null],
    ["g( 'it\\'s',[1,2.50] )", `'g("it\\'s", [1, 2.5])'`],
    ['g((1 + 2) * 3, -(x ** 2), not (a or b))', "'g((1 + 2) * 3, -x ** 2, not (a or b))'"],
    ['g(1, b=[2])', "{'g': {'b': [2]}}"],
    ['x["k"][1:2, 0]', '"x[\'k\'][(1:2, 0)]"'],
    ['1 if x else 2', null],
    ['lambda: 1', null],
    ["f'{x}'", null],
  ])('gives the value %j its Python meaning', (value, expected) => {
    expect(decoded(`[f(a=${value})]`)).toBe(expected === null ? null : `[{'f': {'a': ${expected}}}]`);
  });

  it.each([
    ["r'\\n' 'x'", "'\\\\nx'"],
    ["'\\x41\\101\\u00e9\\N{BULLET}\\q'", "'AAé•\\\\q'"],
    ["b'\\u00e9'", "b'\\\\u00e9'"],
    ["'\\x4'", null],
    ["'''a\nb'''", "'a\\nb'"],
    ["'a\nb'", null],
    ["'a' b'b'", null],
    ['0x_ff + 0b11 + 0o7 + 1_000', '1265'],
    ['007', null],
    ['1__0', null],
    ['1e400', 'inf'],
    ['1e16', '1e+16'],
    ['0.00001', '1e-05'],
    ['123456789012345678901', '123456789012345678901'],
    ['3j', '3j'],
    ['ﬁn', "'fin'"],
    ['“x”', null],
  ])('reads the literal %j', (literal, expected) => {
    expect(decoded(`[f(a=${literal})]`)).toBe(expected === null ? null : `[{'f': {'a': ${expected}}}]`);
  });

  it('differs between the strip rules as between the releases', () => {
    expect(decoded('[[f()]]', 'v3')).toBe("[{'f': {}}]");
    expect(decoded('[[f()]]', 'v4')).toBeNull();
    expect(decoded("['f()']", 'v3')).toBe("[{'f': {}}]");
    expect(decoded("['f()']", 'v4')).toBeNull();
    expect(decoded('[f(),\ng()]', 'v3')).toBeNull();
    expect(decoded('[f(),\ng()]', 'v4')).toBe("[{'f': {}}, {'g': {}}]");
    expect(decoded('[ f()]', 'v3')).toBeNull();
    expect(decoded('[]', 'v3')).toBeNull();
  });

  it('ignores comments and line breaks inside brackets', () => {
    expect(decoded('[ # calls\n f(a=1, # one\n\n b=2)]')).toBe("[{'f': {'a': 1, 'b': 2}}]");
  });
});
