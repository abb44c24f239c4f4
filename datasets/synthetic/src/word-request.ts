import type { RandomStream } from '@itool/random';
import type { CatalogueTool } from './catalogue.ts';
import { JOINERS, OPENERS, REPEATERS, SHARED_VALUE } from './data/sentences.ts';
import { SLOTS, type SlotKind } from './data/slots.ts';
import type { SampleContext } from './sample-value.ts';
import { type WordedSlot, wordSlot } from './word-slot.ts';

/** One call that the request asks for: the tool and the slots that are mentioned, in schema order. */
export type WordedCall = { tool: CatalogueTool; slots: readonly WordedSlot[] };

export type RequestOptions = {
  stream: RandomStream;
  hard: boolean;
  hard_wording_share: number;
  optional_share: number;
  held_out_share: number;
  today: number;
  /** Required slot of the first target that the request does not mention (clarification). */
  omit?: SlotKind;
};

export type WordedRequest = {
  text: string;
  calls: readonly WordedCall[];
  /** Wording of the omitted slot, for the answer to the clarifying question. */
  omitted: WordedSlot | null;
};

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? 'an' : 'a';
}

function commandOf(tool: CatalogueTool, stream: RandomStream, synonyms: boolean): string {
  const verb = synonyms && stream.uniform() < 0.5 ? stream.pick(tool.verb.synonyms) : tool.verb.verb;
  const noun = synonyms && stream.uniform() < 0.3 ? tool.noun.synonym : tool.noun.noun;
  return `${verb} ${article(noun)} ${noun}`;
}

function isOpen(kind: SlotKind): boolean {
  return SLOTS[kind].enum === undefined && SLOTS[kind].type !== 'boolean';
}

function phrasesOf(slots: readonly WordedSlot[], stream: RandomStream): string {
  return stream.shuffle(slots.map((slot) => slot.text)).join(' ');
}

/**
 * Words a request for one call per target. Calls of one tool may be shortened to "and another ..." and, in hard requests, may
 * have one value in common that is said once. Calls are pairwise different.
 */
export function wordRequest(targets: readonly CatalogueTool[], options: RequestOptions): WordedRequest {
  const { stream, hard } = options;
  const used = new Set<string>();
  const contextOf = (): SampleContext => ({
    stream,
    hard: hard && stream.uniform() < options.hard_wording_share,
    today: options.today,
    held_out_share: options.held_out_share,
    used,
  });
  const draw = (kind: SlotKind) => wordSlot(kind, contextOf(), targets.length === 1 && options.omit === undefined);

  const sameTool = targets.every((tool) => tool === targets[0]);
  const first = targets[0]!;
  // What is left to tell the calls apart must have many values, so at least one other required slot has to be open.
  const required = first.slots.filter((slot) => slot.required).map((slot) => slot.kind);
  const sharable = required.filter((kind) => required.some((other) => other !== kind && isOpen(other)));
  const shared =
    hard && targets.length > 1 && sameTool && sharable.length > 0 && stream.uniform() < 0.5
      ? draw(stream.pick(sharable))
      : null;

  const calls: WordedCall[] = [];
  while (calls.length < targets.length) {
    const tool = targets[calls.length]!;
    const slots = tool.slots
      .filter((slot) => slot.required || stream.uniform() < options.optional_share)
      .map((slot) => (slot.kind === shared?.kind ? shared : draw(slot.kind)));
    const same = (other: WordedCall) =>
      other.tool === tool &&
      JSON.stringify(other.slots.map((s) => s.value)) === JSON.stringify(slots.map((s) => s.value));
    if (!calls.some(same)) calls.push({ tool, slots });
  }

  const omitted = calls[0]!.slots.find((slot) => slot.kind === options.omit) ?? null;
  let text = '';
  calls.forEach(({ tool, slots }, i) => {
    const said = slots.filter((slot) => slot !== shared && slot !== omitted);
    const phrases = phrasesOf(said, stream);
    const repeats = i > 0 && calls[i - 1]!.tool === tool && said.length > 0 && stream.uniform() < 0.5;
    if (repeats) text += stream.pick(REPEATERS).replace('{phrases}', phrases);
    else {
      const command = commandOf(tool, stream, hard && stream.uniform() < options.hard_wording_share);
      text += `${i > 0 ? stream.pick(JOINERS) : ''}${command}${phrases === '' ? '' : ` ${phrases}`}`;
    }
  });
  if (shared !== null) text += SHARED_VALUE.replace('{phrase}', shared.text);

  const prefaces = calls.flatMap((call) => call.slots.flatMap((slot) => (slot.preface === null ? [] : [slot.preface])));
  const opened = stream.pick(OPENERS).replace('{r}', text);
  const sentence = `${opened.charAt(0).toUpperCase()}${opened.slice(1)}`;
  return { text: [...prefaces, sentence].join(' '), calls, omitted };
}
