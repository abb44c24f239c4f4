import { randomStream } from '@itool/random';
import { NOUNS, type Noun } from './data/nouns.ts';
import type { SlotKind } from './data/slots.ts';
import { VERBS, type Verb } from './data/verbs.ts';
import { isUnseenTool } from './held-out.ts';

/** One tool of the catalogue before parameter names are drawn. Required slots come first. */
export type CatalogueTool = {
  name: string;
  verb: Verb;
  noun: Noun;
  slots: readonly { kind: SlotKind; required: boolean }[];
  unseen: boolean;
};

/** Required slots are the core and perhaps the next one; one or two more are optional. Fixed by the name alone. */
function slotsOf(name: string, noun: Noun): CatalogueTool['slots'] {
  const stream = randomStream(0, 'catalogue', name);
  const rest = noun.slots.slice(noun.core);
  const [next, ...others] = stream.shuffle(rest);
  const required: SlotKind[] = noun.slots.slice(0, noun.core);
  const optional: SlotKind[] = [];
  if (next !== undefined) (stream.uniform() < 0.6 && required.length < 3 ? required : optional).push(next);
  if (others[0] !== undefined && stream.uniform() < 0.3) optional.push(others[0]);
  return [
    ...required.map((kind) => ({ kind, required: true })),
    ...optional.map((kind) => ({ kind, required: false })),
  ];
}

/** All verb_noun tools, in a fixed order. */
export const CATALOGUE: readonly CatalogueTool[] = NOUNS.flatMap((noun) =>
  VERBS.map((verb) => {
    const name = `${verb.verb}_${noun.noun}`;
    return { name, verb, noun, slots: slotsOf(name, noun), unseen: isUnseenTool(name) };
  }),
);

export const SEEN_TOOLS: readonly CatalogueTool[] = CATALOGUE.filter((tool) => !tool.unseen);
export const UNSEEN_TOOLS: readonly CatalogueTool[] = CATALOGUE.filter((tool) => tool.unseen);
