import { convertJavaScript } from './convert-javascript.ts';
import { pyRepr } from './py-repr.ts';

describe('a JavaScript text becomes a value of its documented type, or stays a text', () => {
  it.each([
    ['"x"', 'String', "'x'"],
    ['\'x"', 'String', "'\\'x\"'"],
    ['12', 'integer', '12'],
    ['12.5', 'integer', "'12.5'"],
    ['12', 'float', '12.0'],
    ['1e3', 'float', "'1e3'"],
    ['12n', 'Bigint', '12'],
    ['12', 'Bigint', "'12'"],
    ['true', 'Boolean', 'True'],
    ['TRUE', 'Boolean', "'TRUE'"],
    ['5', 'any', "'5'"],
    ['{}', 'dict', '{}'],
    ['{a: 1, "b": \'x\'}', 'dict', "{'a': 1, 'b': 'x'}"],
    ['{a: "5", b: [1, "y"], c: true}', 'dict', "{'a': 5, 'b': [1, 'y'], 'c': True}"],
    ['{a: {b: 1}}', 'dict', "{'a': '{b: 1'}"],
    ['{url: "http://x", n: 2}', 'dict', "{'url': 'http://x', 'n': 2}"],
    ['{a: 1, 2, b: 3}', 'dict', "{'a': '1, 2', 'b': 3}"],
    ['{a:\n1}', 'dict', "'{a:\\n1}'"],
    ['a => b', 'dict', "'a => b'"],
  ])('%s as %s', (text, type, expected) => expect(pyRepr(convertJavaScript(text, type))).toBe(expected));

  it.each([
    ['[1, 2]', 'integer', '[1, 2]'],
    ['["a", \'b\']', 'String', "['a', 'b']"],
    ['["a, b"]', 'String', `['"a', 'b"']`],
    ['new Array(1.5, 2)', 'float', '[1.5, 2.0]'],
    ['[]', 'String', '[]'],
    ['[true, 1]', undefined, '[True, 1]'],
    ['[[1, 2], ["x"]]', 'array', "[[1, 2], ['x']]"],
    ['new Array([1], [2])', 'array', '[[1], [2]]'],
    ['[ [1], 2]', 'array', "['[1']"],
    ['[{a: 1}, {b: 2}]', 'dict', "[{'a': 1}, {'b': 2}]"],
    ['[1,\n2]', 'integer', "'[1,\\n2]'"],
    ['Array(1)', 'integer', "'Array(1)'"],
  ])('%s as array of %s', (text, inner, expected) =>
    expect(pyRepr(convertJavaScript(text, 'array', inner))).toBe(expected),
  );

  it.each([
    ['[', '['.repeat(300_000)],
    ['[],', `[${'[],'.repeat(100_000)}`],
    ['a:,', `{${'a:,'.repeat(100_000)}`],
    ['": ', `{${' : '.repeat(100_000)}}`],
  ])('a text full of %s is read in linear time', (_, text) => {
    convertJavaScript(text, 'array', 'array');
    convertJavaScript(text, 'dict');
  });
});
