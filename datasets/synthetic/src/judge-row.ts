import { judgePrompt } from '@itool/judge';
import type { RandomStream } from '@itool/random';
import type { DialogueRow, JsonValue, ToolCall } from '@itool/record';
import { createCallScanner, type Grade, gradeCalls, gradeNames, printCalls } from '@itool/tool-call';
import { drawDistractors } from './candidates.ts';
import { SEEN_TOOLS } from './catalogue.ts';
import { REFUSAL } from './data/sentences.ts';
import { SLOTS } from './data/slots.ts';
import type { Example } from './example.ts';
import { NAMES } from './names.ts';
import { pickWeighted } from './pick-weighted.ts';

/** How often each grade is aimed at; a call that cannot be changed that way stays Excellent. */
const GRADE_WEIGHTS: Record<Grade, number> = { A: 0.3, B: 0.2, C: 0.3, D: 0.2 };
/** Share of responses cut at a fragment boundary, as the search shows them to the judge. */
const FRAGMENT_SHARE = 0.4;

/** Same string under BFCL's normalisation, other characters; null where there is none. */
function respell(value: JsonValue): JsonValue | null {
  if (typeof value !== 'string') return null;
  if (/^\d{4}-/.test(value)) return value.replaceAll('-', '/');
  if (value.includes(' ')) return value.replace(' ', '-');
  return value.toLowerCase() === value ? null : value.toLowerCase();
}

function otherValue(value: JsonValue, stream: RandomStream): JsonValue {
  if (typeof value === 'number') return value + 1 + stream.integer(5);
  if (typeof value === 'boolean') return !value;
  if (Array.isArray(value)) return value.slice(1);
  const text = String(value);
  const choices = Object.values(SLOTS).find((slot) => slot.enum?.includes(text))?.enum;
  if (choices !== undefined) return stream.pick(choices.filter((choice) => choice !== text));
  const digits = /\d(?=\D*$)/.exec(text);
  if (digits !== null) {
    const digit = String((Number(digits[0]) + 1 + stream.integer(9)) % 10);
    return text.slice(0, digits.index) + digit + text.slice(digits.index + 1);
  }
  return stream.pick(NAMES.training.filter((name) => name !== text));
}

function renameKey(call: ToolCall, key: string, stream: RandomStream): ToolCall {
  const synonyms = Object.values(SLOTS).find((slot) => slot.names.includes(key))?.names ?? [];
  const renamed = stream.pick(synonyms.filter((name) => name !== key));
  const entries = Object.entries(call.arguments).map(([k, v]): [string, JsonValue] => [k === key ? renamed : k, v]);
  return { name: call.name, arguments: Object.fromEntries(entries) };
}

function changeArgument(call: ToolCall, stream: RandomStream): ToolCall {
  const key = stream.pick(Object.keys(call.arguments));
  const draw = stream.uniform();
  if (draw < 0.7) {
    return { name: call.name, arguments: { ...call.arguments, [key]: otherValue(call.arguments[key]!, stream) } };
  }
  if (draw < 0.85) return renameKey(call, key, stream);
  return {
    name: call.name,
    arguments: Object.fromEntries(Object.entries(call.arguments).filter(([k]) => k !== key)),
  };
}

function renameTool(call: ToolCall, stream: RandomStream): ToolCall {
  const tool = SEEN_TOOLS.find((t) => t.name === call.name)!;
  const shares = { same_noun: 0.5, same_verb: 0.5 };
  const [other] = drawDistractors([tool], 1, SEEN_TOOLS, shares, stream);
  return { name: other!.name, arguments: call.arguments };
}

/** Calls that aim at `grade`; `gradeCalls` has the last word. */
function corrupt(calls: readonly ToolCall[], grade: Grade, stream: RandomStream): ToolCall[] {
  const i = stream.integer(calls.length);
  const replace = (call: ToolCall) => calls.map((c, j) => (j === i ? call : c));
  const call = calls[i]!;
  switch (grade) {
    case 'A':
      return [...calls];
    case 'B': {
      const respelt = Object.entries(call.arguments).flatMap(([key, value]) => {
        const other = respell(value);
        return other === null ? [] : [[key, other] as const];
      });
      if (respelt.length === 0) return [...calls];
      const [key, value] = stream.pick(respelt);
      return replace({ name: call.name, arguments: { ...call.arguments, [key]: value } });
    }
    case 'C':
      return replace(changeArgument(call, stream));
    case 'D':
      return stream.uniform() < 0.75 ? replace(renameTool(call, stream)) : [...calls, calls[0]!];
  }
}

/** Fragment of `text` that already shows where it leaves `gold`; a text equal to `gold` may be cut anywhere. */
function cutAtBoundary(text: string, gold: string, stream: RandomStream): string {
  let shown = 0;
  while (shown < text.length && text[shown] === gold[shown]) shown++;
  const ends = createCallScanner()
    .feed(text)
    .map((boundary) => boundary.offset)
    .filter((offset) => text === gold || offset > shown);
  return ends.length === 0 ? text : text.slice(0, stream.pick(ends));
}

/**
 * A row that asks for the A-D grade of a response to a request whose answer is known. A fragment of the ground truth is
 * Excellent; any other fragment keeps the grade of the response that it was cut from, since it is cut behind the mistake.
 */
export function judgeRow(example: Example, stream: RandomStream): Omit<DialogueRow, 'row_id'> {
  const refused = example.calls.length === 0;
  const gold = refused ? REFUSAL : printCalls(example.calls);
  const aimed = pickWeighted(stream, GRADE_WEIGHTS);
  let response = gold;
  if (refused) {
    const [tool] = example.tools;
    if (aimed !== 'A') response = printCalls([{ name: tool!.name, arguments: {} }]);
  } else {
    response = printCalls(corrupt(example.calls, aimed, stream));
  }
  const grade = gradeCalls({ expected: example.calls, predicted: response });
  const shown = stream.uniform() < FRAGMENT_SHARE && !refused ? cutAtBoundary(response, gold, stream) : response;
  return {
    source: 'synthetic',
    family: 'judge',
    tools: [],
    tools_text: '',
    messages: [
      ...judgePrompt({ ground_truth: gold, response: shown }),
      { role: 'assistant', content: `(${grade}) ${gradeNames[grade]}` },
    ],
  };
}
