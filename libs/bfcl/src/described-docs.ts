import type { Language } from './language.ts';
import { pyStr } from './py-format.ts';
import { pyJsonDumpsLine } from './py-json-dumps.ts';
import { dictGet, isDict, type PyDict, type PyValue } from './py-value.ts';

const SYNTAX: Readonly<Record<Language, string>> = {
  python: 'Python 3',
  java: 'Java 8 SDK',
  javascript: 'JavaScript',
};
const LISTS = ['ArrayList', 'Array', 'array'];

function textOf(dict: PyDict, key: string): string {
  const value = dictGet(dict, key);
  return typeof value === 'string' ? value : '';
}

/** A copy with members replaced in place, left out (undefined) or added at the end. */
function withMembers(dict: PyDict, members: Readonly<Record<string, PyValue | undefined>>): PyDict {
  const kept = dict.entries.flatMap(([key, value]): [PyValue, PyValue][] => {
    if (typeof key !== 'string' || !Object.hasOwn(members, key)) return [[key, value]];
    const replaced = members[key];
    return replaced === undefined ? [] : [[key, replaced]];
  });
  const added = Object.entries(members).filter(
    ([key, value]) => value !== undefined && dictGet(dict, key) === undefined,
  );
  return { kind: 'dict', entries: [...kept, ...(added as [PyValue, PyValue][])] };
}

/** Every Java and JavaScript parameter is asked for as a text, and its type moves into its description. */
function describedProperty(property: PyDict, language: 'java' | 'javascript'): PyDict {
  const type = textOf(property, 'type');
  const name = language === 'java' ? 'Java' : 'JavaScript';
  const items = dictGet(property, 'items');
  const schema = language === 'javascript' && type === 'dict' ? dictGet(property, 'properties') : undefined;
  const list = LISTS.includes(type) && isDict(items);
  const sentences = [
    type === 'any'
      ? `This parameter can be of any type of ${name} object in string representation.`
      : `This is ${name} ${type} type parameter in string representation.`,
    ...(list
      ? [
          `The list elements are of type ${pyStr(dictGet(items, 'type') ?? null)}; they are not in string representation.`,
        ]
      : []),
    ...(schema === undefined
      ? []
      : [
          `The dictionary entries have the following schema; they are not in string representation. ${pyJsonDumpsLine(schema)}`,
        ]),
  ];
  return withMembers(property, {
    description: `${textOf(property, 'description')} ${sentences.join(' ')}`,
    type: 'string',
    ...(list ? { items: undefined } : {}),
    ...(schema === undefined ? {} : { properties: undefined }),
  });
}

/**
 * Function documents as shown to a model (specification 2.1): each description names the syntax of its language, and in Java and
 * JavaScript each parameter becomes a text whose description names its type.
 */
export function describedDocs(docs: readonly PyDict[], language: Language = 'python'): PyDict[] {
  return docs.map((doc) => {
    const description = `${textOf(doc, 'description')} Note that the provided function is in ${SYNTAX[language]} syntax.`;
    const parameters = dictGet(doc, 'parameters');
    const properties = isDict(parameters) ? dictGet(parameters, 'properties') : undefined;
    if (language === 'python' || !isDict(parameters) || !isDict(properties)) return withMembers(doc, { description });
    const described: PyDict = {
      kind: 'dict',
      entries: properties.entries.map(([key, property]) => [
        key,
        isDict(property) ? describedProperty(property, language) : property,
      ]),
    };
    return withMembers(doc, { description, parameters: withMembers(parameters, { properties: described }) });
  });
}
