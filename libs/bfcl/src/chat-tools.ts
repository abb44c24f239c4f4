import type { JsonObject, JsonValue } from '@itool/record';
import { categoryOf } from './category.ts';
import { describedDocs } from './described-docs.ts';
import { languageOf } from './language.ts';
import { toJson } from './py-json.ts';
import type { PyDict } from './py-value.ts';

/** Documented types as JSON Schema names them; any other is a string. */
const SCHEMA_TYPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['integer', 'byte', 'short', 'long', 'Bigint'].map((type) => [type, 'integer'])),
  ...Object.fromEntries(['number', 'float', 'double'].map((type) => [type, 'number'])),
  ...Object.fromEntries(['boolean', 'bool'].map((type) => [type, 'boolean'])),
  ...Object.fromEntries(
    ['array', 'list', 'tuple', 'ArrayList', 'Array', 'Queue', 'Stack'].map((type) => [type, 'array']),
  ),
  ...Object.fromEntries(['dict', 'object', 'HashMap', 'Hashtable'].map((type) => [type, 'object'])),
};

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function schemaType(type: JsonValue | undefined): string {
  return typeof type === 'string' && Object.hasOwn(SCHEMA_TYPES, type) ? SCHEMA_TYPES[type]! : 'string';
}

/** A property with the types of JSON Schema, also in its own properties and in items down to the second level. */
function castProperty(property: JsonObject): JsonObject {
  const type = schemaType(property['type']);
  const cast: JsonObject = { ...property, type };
  if (property['type'] === 'float') {
    cast['format'] = 'float';
    cast['description'] = `${property['description'] ?? ''} This is a float type value.`;
  }
  if (type !== 'array' && type !== 'object') return cast;
  const { properties, items } = property;
  if (isObject(properties)) cast['properties'] = castProperties(properties);
  else if (isObject(items)) {
    const inner: JsonObject = { ...items, type: schemaType(items['type']) };
    const { items: second, properties: members } = items;
    if (inner['type'] === 'array' && isObject(second)) inner['items'] = { ...second, type: schemaType(second['type']) };
    else if (inner['type'] === 'object' && isObject(members)) inner['properties'] = castProperties(members);
    cast['items'] = inner;
  }
  return cast;
}

function castProperties(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [
      name,
      isObject(property) ? castProperty(property) : property,
    ]),
  );
}

/**
 * Tools of a function-calling interface in OpenAI's form for the function documents of a question: names with underscores for dots,
 * types of JSON Schema, descriptions with the note about the language. `id` is that of the question.
 */
export function chatTools(id: string, docs: readonly PyDict[]): { type: 'function'; function: JsonObject }[] {
  return describedDocs(docs, languageOf(categoryOf(id))).map((doc) => {
    const described = toJson(doc) as JsonObject;
    const parameters = isObject(described['parameters']) ? described['parameters'] : {};
    const properties = isObject(parameters['properties']) ? castProperties(parameters['properties']) : {};
    return {
      type: 'function',
      function: {
        ...described,
        name: String(described['name']).replaceAll('.', '_'),
        parameters: { ...parameters, type: 'object', properties },
      },
    };
  });
}
