import type { RandomStream } from '@itool/random';
import type { JsonObject, JsonValue, Message, Tool, ToolCall } from '@itool/record';
import { dayNumber, isoDate, weekday } from './calendar.ts';
import { drawDistractors } from './candidates.ts';
import { CATALOGUE, type CatalogueTool, SEEN_TOOLS, UNSEEN_TOOLS } from './catalogue.ts';
import type { RowKnobs } from './config.ts';
import { CLARIFICATION } from './data/sentences.ts';
import { FAMILY_SHAPES, type RequestFamily } from './families.ts';
import { pickWeighted } from './pick-weighted.ts';
import { drawPadding, drawParameterNames, type ParameterNames, toolSchemaOf } from './tool-schema.ts';
import { type WordedCall, wordRequest } from './word-request.ts';

/** A drawn request with its tools and gold answer, before it becomes a training row or an evaluation case. */
export type Example = {
  family: RequestFamily;
  tools: Tool[];
  /** `today` line, if some tool has a date, and the first user message; follow-ups add a question and its answer. */
  messages: Message[];
  /** First user message: decides between training and evaluation (`isEvaluationText`). */
  text: string;
  calls: ToolCall[];
  /** Acceptable values of each call's parameters; `""` stands for an optional parameter that is to be left out. */
  acceptable: Record<string, JsonValue[]>[];
  /** Requests about the same tools that may follow, each with its one call. */
  follow_ups: { text: string; call: ToolCall }[];
  /** The question of a clarification and the user's reply to it, else null. */
  question: string | null;
  reply: string | null;
};

export type ExampleOptions = RowKnobs & { split: 'seen' | 'unseen'; held_out_share: number; follow_ups?: number };

const FIRST_DAY = dayNumber(2024, 1, 1);
const DAYS = 3 * 365;

const PLAIN_DISTRACTORS = { same_noun: 0.35, same_verb: 0.35 };
const LIVE_DISTRACTORS = { same_noun: 0.45, same_verb: 0.45 };

function drawTargets(family: RequestFamily, options: ExampleOptions, stream: RandomStream): CatalogueTool[] {
  const shape = FAMILY_SHAPES[family];
  const pool = options.split === 'unseen' ? UNSEEN_TOOLS : SEEN_TOOLS;
  const target = stream.pick(pool);
  if (!shape.several_calls) return [target];
  const count = Number(pickWeighted(stream, options.calls));
  if (!shape.several_tools) return Array.from({ length: count }, () => target);
  const others = drawDistractors([target], 1 + stream.integer(count - 1), pool, PLAIN_DISTRACTORS, stream);
  const distinct = [target, ...others];
  return stream.shuffle(Array.from({ length: count }, (_, i) => distinct[i % distinct.length]!));
}

function drawToolCount(family: RequestFamily, targets: number, options: ExampleOptions, stream: RandomStream): number {
  const shape = FAMILY_SHAPES[family];
  // Requests for several tools are long already, so they get at most one tool more.
  if (shape.several_tools && shape.several_calls) return targets + stream.integer(2);
  if (shape.several_tools) return Number(pickWeighted(stream, options.candidate_tools));
  return shape.answer === 'calls' ? targets : 1 + stream.integer(3);
}

/**
 * Candidate tools in random order. Where no tool is to fit, the target is left out, and plain rows hold no tool of its noun
 * (a refusal that reads the nouns alone), while live rows may.
 */
function drawCandidates(
  family: RequestFamily,
  targets: readonly CatalogueTool[],
  options: ExampleOptions,
  stream: RandomStream,
): CatalogueTool[] {
  const shape = FAMILY_SHAPES[family];
  const shares = shape.hard ? LIVE_DISTRACTORS : PLAIN_DISTRACTORS;
  const distinct = [...new Set(targets)];
  const count = drawToolCount(family, distinct.length, options, stream);
  if (shape.answer === 'refusal') {
    const pool = options.split === 'unseen' ? UNSEEN_TOOLS : SEEN_TOOLS;
    return drawDistractors(targets, count, pool, shares, stream, (t) => shape.hard || t.noun !== targets[0]!.noun);
  }
  const pool = options.split === 'unseen' ? CATALOGUE : SEEN_TOOLS;
  return stream.shuffle([...distinct, ...drawDistractors(distinct, count - distinct.length, pool, shares, stream)]);
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function callOf(call: WordedCall, names: ParameterNames): { call: ToolCall; acceptable: Record<string, JsonValue[]> } {
  const given: JsonObject = {};
  const acceptable: Record<string, JsonValue[]> = {};
  for (const { kind } of call.tool.slots) {
    const slot = call.slots.find((s) => s.kind === kind);
    if (slot !== undefined) given[names(call.tool, kind)] = slot.value;
    acceptable[names(call.tool, kind)] = slot?.acceptable ?? [''];
  }
  return { call: { name: call.tool.name, arguments: given }, acceptable };
}

/** Draws one example of `family`. Everything random comes from `stream`. */
export function drawExample(family: RequestFamily, options: ExampleOptions, stream: RandomStream): Example {
  const shape = FAMILY_SHAPES[family];
  const targets = drawTargets(family, options, stream);
  const candidates = drawCandidates(family, targets, options, stream);
  const names = drawParameterNames(stream, options.redrawn_names_share);
  const today = FIRST_DAY + stream.integer(DAYS);
  const asked =
    shape.answer === 'question' ? stream.pick(targets[0]!.slots.filter((slot) => slot.required)).kind : null;
  const wording = {
    stream,
    today,
    hard: shape.hard,
    hard_wording_share: options.hard_wording_share,
    optional_share: options.optional_share,
    held_out_share: options.held_out_share,
  };
  const request = wordRequest(targets, asked === null ? wording : { ...wording, omit: asked });
  const padded = stream.uniform() < options.long_description_share;
  const tools = candidates.map((tool) => toolSchemaOf(tool, names, padded ? drawPadding(stream) : []));
  const dated = candidates.some((tool) => tool.slots.some((slot) => slot.kind === 'date'));
  const answers = shape.answer === 'refusal' ? [] : request.calls.map((call) => callOf(call, names));
  const question = asked === null ? null : CLARIFICATION.replace('{parameter}', names(targets[0]!, asked));
  const follow_ups = Array.from({ length: options.follow_ups ?? 0 }, () => {
    const { text, calls } = wordRequest([stream.pick(candidates)], wording);
    return { text, call: callOf(calls[0]!, names).call };
  });
  const messages: Message[] = [
    ...(dated ? [{ role: 'system' as const, content: `today: ${isoDate(today)} ${weekday(today)}` }] : []),
    { role: 'user', content: request.text },
  ];
  return {
    family,
    tools,
    messages,
    text: request.text,
    calls: answers.map((a) => a.call),
    acceptable: answers.map((a) => a.acceptable),
    follow_ups,
    question,
    reply: request.omitted === null ? null : sentence(request.omitted.text),
  };
}
