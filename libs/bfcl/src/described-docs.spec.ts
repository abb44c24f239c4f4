import { describedDocs } from './described-docs.ts';
import { heldOutDocs, loadFunctionDocs } from './multi-turn-docs.ts';
import { parsePyJson, toJson } from './py-json.ts';
import { dictGet, type PyDict } from './py-value.ts';
import { revealedFunctionsMessage } from './system-prompt.ts';

const doc = (properties: object): PyDict =>
  parsePyJson(
    JSON.stringify({ name: 'f', description: 'Does.', parameters: { type: 'dict', properties, required: [] } }),
  ) as PyDict;
const shown = (properties: object, language: 'java' | 'javascript') =>
  toJson(describedDocs([doc(properties)], language)[0]!) as { description: string; parameters: { properties: object } };

describe('function documents as shown', () => {
  it('name the syntax of the language and keep the given document', () => {
    const given = doc({ a: { type: 'any', description: 'A.' } });
    const before = JSON.stringify(toJson(given));
    expect(toJson(describedDocs([given])[0]!)).toMatchObject({
      description: 'Does. Note that the provided function is in Python 3 syntax.',
      parameters: { properties: { a: { type: 'any', description: 'A.' } } },
    });
    expect(shown({}, 'java').description).toBe('Does. Note that the provided function is in Java 8 SDK syntax.');
    expect(JSON.stringify(toJson(given))).toBe(before);
  });

  it('ask for Java parameters as texts', () => {
    const properties = {
      a: { type: 'any', description: 'A.' },
      b: { type: 'long', description: 'B.' },
      c: { type: 'ArrayList', description: 'C.', items: { type: 'String' } },
      d: { type: 'HashMap', description: 'D.', properties: { k: {} } },
    };
    expect(shown(properties, 'java').parameters.properties).toEqual({
      a: {
        type: 'string',
        description: 'A. This parameter can be of any type of Java object in string representation.',
      },
      b: { type: 'string', description: 'B. This is Java long type parameter in string representation.' },
      c: {
        type: 'string',
        description:
          'C. This is Java ArrayList type parameter in string representation. The list elements are of type String; they are not in string representation.',
      },
      d: {
        type: 'string',
        description: 'D. This is Java HashMap type parameter in string representation.',
        properties: { k: {} },
      },
    });
  });

  it('ask for JavaScript parameters as texts and show the schema of a dict', () => {
    const properties = {
      a: { type: 'array', description: 'A.', items: { type: 'float' } },
      d: { type: 'dict', description: 'D.', properties: { k: { type: 'String', description: 'ü' } } },
    };
    expect(shown(properties, 'javascript').parameters.properties).toEqual({
      a: {
        type: 'string',
        description:
          'A. This is JavaScript array type parameter in string representation. The list elements are of type float; they are not in string representation.',
      },
      d: {
        type: 'string',
        description:
          'D. This is JavaScript dict type parameter in string representation. The dictionary entries have the following schema; they are not in string representation. {"k": {"type": "String", "description": "\\u00fc"}}',
      },
    });
  });
});

describe('functions held out until a turn', () => {
  const named = (name: string): PyDict => ({ kind: 'dict', entries: [['name', name]] });
  const docsOf = (class_name: string) => ['one', 'two'].map((name) => named(`${class_name}.${name}`));

  it('leave the documents of the classes and come back in the order in which they are named', () => {
    const row = { involved_classes: ['B', 'A'], missed_function: { '2': ['A.two', 'B.one', 'C.none'] } };
    const { function_docs, held_out } = heldOutDocs(row, docsOf);
    const names = (docs: readonly PyDict[]) => docs.map((d) => dictGet(d, 'name'));
    expect(names(function_docs)).toEqual(['B.two', 'A.one']);
    expect([...held_out].map(([turn, docs]) => [turn, names(docs)])).toEqual([[2, ['A.two', 'B.one']]]);
    expect(revealedFunctionsMessage(held_out.get(2)!)).toBe(
      "[{'name': 'A.two'}, {'name': 'B.one'}]\nI have updated some more functions you can choose from. What about now?",
    );
  });

  it('come from a class that is known', () => {
    expect(() => loadFunctionDocs('/nowhere', 'OtherAPI')).toThrow(
      'bfcl: simulated class is not known: OtherAPI (Gorilla',
    );
  });
});
