import type { RandomStream } from '@itool/random';
import type { JsonObject, Tool } from '@itool/record';
import type { CatalogueTool } from './catalogue.ts';
import { DESCRIPTION_PADDING } from './data/sentences.ts';
import { SLOTS, type SlotKind } from './data/slots.ts';

/** Parameter name of each slot kind in one row. */
export type ParameterNames = Readonly<Record<SlotKind, string>>;

/** Draws one synonym per slot kind; all tools of a row share them. */
export function drawParameterNames(stream: RandomStream): ParameterNames {
  const entries = Object.entries(SLOTS).map(([kind, slot]) => [kind, stream.pick(slot.names)]);
  return Object.fromEntries(entries) as ParameterNames;
}

function property(kind: SlotKind): JsonObject {
  const slot = SLOTS[kind];
  const schema: JsonObject = { type: slot.type, description: slot.description };
  if (slot.format !== undefined) schema['format'] = slot.format;
  if (slot.enum !== undefined) schema['enum'] = [...slot.enum];
  if (slot.type === 'array') schema['items'] = { type: 'string' };
  return schema;
}

/** Function doc in BFCL's form (`type: "dict"`); properties in slot order. `padding` sentences lengthen the description. */
export function toolSchemaOf(tool: CatalogueTool, names: ParameterNames, padding: readonly string[]): Tool {
  const properties: JsonObject = {};
  for (const { kind } of tool.slots) properties[names[kind]] = property(kind);
  const required = tool.slots.filter((slot) => slot.required).map((slot) => names[slot.kind]);
  return {
    name: tool.name,
    description: [`${tool.verb.gloss} a ${tool.noun.noun}.`, ...padding].join(' '),
    parameters: { type: 'dict', properties, required },
  };
}

/** Nine or ten padding sentences: enough to lift a one-tool text over 1,000 and a three-tool text over 2,000 code points. */
export function drawPadding(stream: RandomStream): string[] {
  return stream.shuffle(DESCRIPTION_PADDING).slice(0, 9 + stream.integer(2));
}
