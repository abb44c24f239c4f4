import { convertJava } from './convert-java.ts';
import { convertJavaScript } from './convert-javascript.ts';
import type { PyType, PyValue } from './py-value.ts';

export type Language = 'python' | 'java' | 'javascript';

/** Language of a category's function documents and replies, by its name (`simple_java`, `javascript`, ...). */
export function languageOf(category: string): Language {
  if (category.includes('javascript')) return 'javascript';
  return category.includes('java') ? 'java' : 'python';
}

/** Python type a value must have; `set` has no value here. */
export type ExpectedPyType = PyType | 'set';

/** What a documented type means in a language (specification 4.3 and 4.9). */
export const DOCUMENTED_TYPES: Readonly<Record<Language, Readonly<Record<string, ExpectedPyType>>>> = {
  python: {
    string: 'str',
    integer: 'int',
    float: 'float',
    boolean: 'bool',
    array: 'list',
    tuple: 'list',
    dict: 'dict',
    any: 'str',
  },
  java: {
    byte: 'int',
    short: 'int',
    integer: 'int',
    long: 'int',
    float: 'float',
    double: 'float',
    boolean: 'bool',
    char: 'str',
    String: 'str',
    any: 'str',
    Array: 'list',
    ArrayList: 'list',
    Queue: 'list',
    Stack: 'list',
    Set: 'set',
    HashMap: 'dict',
    Hashtable: 'dict',
  },
  javascript: {
    String: 'str',
    any: 'str',
    integer: 'int',
    Bigint: 'int',
    float: 'float',
    Boolean: 'bool',
    dict: 'dict',
    array: 'list',
  },
};

/** Documented types whose elements are checked by `items.type`. */
export const NESTED_TYPES: Readonly<Record<Language, readonly string[]>> = {
  python: ['array', 'tuple'],
  java: ['Array', 'ArrayList'],
  javascript: ['array'],
};

/** Reads a Java or JavaScript argument text as a value of its documented type. */
export const CONVERTERS: Readonly<
  Record<Exclude<Language, 'python'>, (text: string, type: string, inner?: string) => PyValue>
> = { java: convertJava, javascript: convertJavaScript };
