import { convertJava } from './convert-java.ts';
import { pyRepr } from './py-repr.ts';

describe('a Java text becomes a value of its documented type, or stays a text', () => {
  it.each([
    ['12', 'integer', '12'],
    ['-3', 'byte', '-3'],
    ['12.0', 'integer', "'12.0'"],
    ['٣', 'short', '3'],
    ['12', 'long', "'12'"],
    ['12L', 'long', '12'],
    ['1.5', 'float', "'1.5'"],
    ['1.5f', 'float', '1.5'],
    ['2e3F', 'float', '2000.0'],
    ['1.5f', 'double', "'1.5f'"],
    ['7', 'double', '7.0'],
    ['.5', 'double', "'.5'"],
    ['true', 'boolean', 'True'],
    ['True', 'boolean', "'True'"],
    ["'x'", 'char', '"\'x\'"'],
    ['5', 'any', "'5'"],
    ['new HashSet<>()', 'Set', "'new HashSet<>()'"],
    ['new HashMap<>()', 'HashMap', '{}'],
    ['new HashMap<String, Object>() {{ put("a", 1); put("b", "x"); }}', 'HashMap', "{'a': 1, 'b': 'x'}"],
    ['new HashMap<>() { { put("a", 2L); put("b", 1.5f); } }', 'HashMap', "{'a': 2, 'b': 1.5}"],
    [
      'new HashMap<>() {{ put("a", true); put("b", nil); put("c", 1e3); }}',
      'HashMap',
      "{'a': True, 'b': 'nil', 'c': 1000.0}",
    ],
    ['new HashMap<>() {{ put("a", "x)y"); }}', 'HashMap', `{'a': '"x'}`],
    ['new HashMap<>() {{ put(1, 2); }}', 'HashMap', '{}'],
    ['new TreeMap<>()', 'HashMap', "'new TreeMap<>()'"],
  ])('%s as %s', (text, type, expected) => expect(pyRepr(convertJava(text, type))).toBe(expected));

  it.each([
    ['new ArrayList<String>(Arrays.asList("a", "b"))', 'ArrayList', 'String', "['a', 'b']"],
    ['new ArrayList<>(Arrays.asList("a,b"))', 'ArrayList', 'String', "['', '']"],
    ['new ArrayList<Integer>() {{ add(1); add(2); }}', 'ArrayList', 'integer', '[1, 2]'],
    ["new ArrayList<>(Arrays.asList('a', 'b'))", 'ArrayList', 'char', "['a', 'b']"],
    ['new ArrayList<>()', 'ArrayList', 'integer', '[]'],
    ['new ArrayList<>() {{ }}', 'ArrayList', 'integer', '[]'],
    ['Arrays.asList(1, 2)', 'ArrayList', 'integer', "'Arrays.asList(1, 2)'"],
    ['List.of(1)', 'ArrayList', 'integer', "'List.of(1)'"],
    ['new int[]{1, 2,, 3}', 'Array', 'integer', '[1, 2, 3]'],
    ['new int[] { }', 'Array', 'integer', '[]'],
    ['new long[]{1L, 2}', 'Array', 'long', "[1, '2']"],
    ['new String[]{"a"}', 'Array', 'String', `['"a"']`],
    ['new String[]{a}', 'Array', 'String', "['a']"],
    ['new int[]{1\n, 2}', 'Array', 'integer', "'new int[]{1\\n, 2}'"],
    ['{1, 2}', 'Array', 'integer', "'{1, 2}'"],
  ])('%s as %s of %s', (text, type, inner, expected) => expect(pyRepr(convertJava(text, type, inner))).toBe(expected));
});
