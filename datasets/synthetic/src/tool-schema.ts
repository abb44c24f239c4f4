import type { RandomStream } from '@itool/random';
import type { JsonObject, Tool } from '@itool/record';
import type { CatalogueTool } from './catalogue.ts';
import { DESCRIPTION_PADDING } from './data/sentences.ts';
import { SLOTS, type SlotKind } from './data/slots.ts';
import { md5Modulo } from './held-out.ts';

/** Parameter name of a slot of a tool in one row. */
export type ParameterNames = (tool: CatalogueTool, kind: SlotKind) => string;

/**
 * Names of one row. Most rows have the names that the tools of a noun own, as a known tool keeps its schema; a `redrawn_share` of
 * rows has synonyms drawn anew for all tools alike, so that a schema has to be read and cannot be learned by heart.
 */
export function drawParameterNames(stream: RandomStream, redrawn_share: number): ParameterNames {
  if (stream.uniform() >= redrawn_share) return ownName;
  const entries = Object.entries(SLOTS).map(([kind, slot]) => [kind, stream.pick(slot.names)]);
  const drawn = Object.fromEntries(entries) as Record<SlotKind, string>;
  return (_, kind) => drawn[kind];
}

function ownName(tool: CatalogueTool, kind: SlotKind): string {
  const { names } = SLOTS[kind];
  return names[md5Modulo(`name:${tool.noun.noun}:${kind}`, names.length)]!;
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
  for (const { kind } of tool.slots) properties[names(tool, kind)] = property(kind);
  const required = tool.slots.filter((slot) => slot.required).map((slot) => names(tool, slot.kind));
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
