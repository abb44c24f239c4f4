import type { JsonObject, JsonValue } from '@itool/record';
import fc from 'fast-check';
import { canonicalCalls, parseCalls, printCalls } from './index.ts';

const ok = (text: string) => {
  const parsed = parseCalls(text);
  expect(parsed).toMatchObject({ status: 'ok' });
  return parsed.calls;
};

describe('parseCalls', () => {
  it('reads names with spaces and dots', () => {
    expect(ok('[Get Trending Result(category="entertainment"), api.v2.find(q=\'x\', n=-3)]')).toEqual([
      { name: 'Get Trending Result', arguments: { category: 'entertainment' } },
      { name: 'api.v2.find', arguments: { q: 'x', n: -3 } },
    ]);
  });
  it('reads a name with brackets of its own', () => {
    expect(ok('[Convert (beta)(x=1)]')).toEqual([{ name: 'Convert (beta)', arguments: { x: 1 } }]);
  });
  it.each([
    ['no brackets', 'f(a=1), g(b=2)'],
    ['closing bracket missing', '[f(a=1), g(b=2)'],
    ['opening bracket missing', 'f(a=1), g(b=2)]'],
    ['fence with language', '```python\n[f(a=1), g(b=2)]\n```'],
    ['back-ticks', '`[f(a=1), g(b=2)]`'],
    ['trailing commas', '[f(a=1,), g(b=2),]'],
    ['white space', ' [ f ( a = 1 ) ,\n g( b=2 ) ] \n'],
  ])('tolerates %s', (_, text) => {
    expect(ok(text)).toEqual([
      { name: 'f', arguments: { a: 1 } },
      { name: 'g', arguments: { b: 2 } },
    ]);
  });
  it('reads Python and JSON literals alike', () => {
    const text = String.raw`[f(a=[True, true, False, false, None, null], b={"k": 1.5e3, 'j': [], bare: (1, 2)}, c="\u00e9\n\"", d='it\'s', e=celsius, g=1.0)]`;
    expect(ok(text)[0]!.arguments).toEqual({
      a: [true, true, false, false, null, null],
      b: { k: 1500, j: [], bare: [1, 2] },
      c: 'é\n"',
      d: "it's",
      e: 'celsius',
      g: 1,
    });
  });
  it.each([
    '',
    '[]',
    '```\n[]\n```',
    'I need the city (and the day).',
    'Sure: [f(a=1)]',
    '[Note] nothing fits',
    '[1, 2]',
  ])('finds no call in %j', (text) => {
    expect(parseCalls(text)).toMatchObject({ status: 'noCall', calls: [] });
  });
  it.each([
    '[f(a=1]',
    '[f(a=)]',
    '[f(1)]',
    '[f(a="x)]',
    '[f(a=1)] done',
    'f(a=1',
    '[get_weather',
    '[f(a=1 2)]',
    '[f(a=1e999)]',
  ])('reports a syntax error in %j', (text) => {
    const parsed = parseCalls(text);
    expect(parsed).toMatchObject({ status: 'syntaxError', calls: [] });
    expect(parsed.error).toMatch(/ at \d+$/);
  });
  it('survives brackets of any depth', () => {
    expect(parseCalls(`[f(a=${'['.repeat(100_000)}`).status).toBe('syntaxError');
  });
  it('keeps a member called __proto__', () => {
    expect(Object.keys(ok('[f(__proto__=1)]')[0]!.arguments)).toEqual(['__proto__']);
  });
});

describe('printCalls', () => {
  it('writes the Python dialect', () => {
    expect(
      printCalls([{ name: 'f', arguments: { a: 'x "y"', b: [1, 2.5, true], c: { 'k l': null }, 'd-e': false } }]),
    ).toBe('[f(a="x \\"y\\"", b=[1, 2.5, True], c={"k l": None}, "d-e"=False)]');
  });
  it('is undone by parseCalls', () => {
    const value = fc.jsonValue({ noUnicodeString: false }).map((v) => JSON.parse(JSON.stringify(v)) as JsonValue);
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_ .-]{0,12}[A-Za-z0-9_]$/);
    const argumentList = fc.dictionary(fc.string(), value).map((v) => JSON.parse(JSON.stringify(v)) as JsonObject);
    const calls = fc.array(fc.record({ name, arguments: argumentList }, { noNullPrototype: true }), { minLength: 1 });
    fc.assert(
      fc.property(calls, (list) => {
        expect(parseCalls(printCalls(list))).toEqual({ status: 'ok', calls: list });
      }),
    );
  });
});

describe('canonicalCalls', () => {
  it('gives equal responses one spelling', () => {
    expect(canonicalCalls("f(a='x',b=true)")).toBe(canonicalCalls('[f(a = "x", b = True)]'));
    expect(canonicalCalls(' No tool fits. ')).toBe('No tool fits.');
  });
});
