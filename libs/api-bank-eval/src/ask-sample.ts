import type { Answer, Asked } from '@itool/answer';
import {
  apisOf,
  DESCRIPTORS,
  type Dialogue,
  printCall,
  promptMessages,
  resultText,
  type Sample,
} from '@itool/api-bank';
import type { JsonObject, Message, Tool } from '@itool/record';

/**
 * How the APIs reach a model: `official` is the published instruction with JSON descriptions, `template` gives them as tools to the chat
 * template of the model, as in training, and shows earlier calls as turns of the assistant.
 */
export const PROMPT_STYLES = ['official', 'template'] as const;

export type PromptStyle = (typeof PROMPT_STYLES)[number];

const JSON_TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  list: 'array',
  'list(str)': 'array',
};

function toolOf(name: string): Tool[] {
  const descriptor = DESCRIPTORS.get(name);
  if (!descriptor) return [];
  const parameters = Object.entries(descriptor.input_parameters);
  const properties: JsonObject = Object.fromEntries(
    parameters.map(([key, { type, description }]) => [key, { type: JSON_TYPES[type] ?? 'string', description }]),
  );
  const required = parameters.map(([key]) => key);
  return [{ name, description: descriptor.description, parameters: { type: 'object', properties, required } }];
}

function templateMessages(dialogue: Dialogue, length: number): Message[] {
  return dialogue.turns.slice(0, length).flatMap((turn): Message[] => {
    if (turn.role === 'User') return [{ role: 'user', content: turn.text }];
    if (turn.role === 'AI') return [{ role: 'assistant', content: turn.text }];
    return [
      { role: 'assistant', content: printCall(turn.api_name, turn.param_dict) },
      { role: 'tool', name: turn.api_name, content: resultText(turn) },
    ];
  });
}

/** What a model is asked for one sample. */
export function askedOf(dialogue: Dialogue, sample: Sample, style: PromptStyle): Asked {
  if (style === 'official') return { messages: promptMessages(dialogue, sample) };
  const names = dialogue.level === 'L2' && sample.target.role === 'API' ? ['ToolSearcher'] : apisOf(dialogue);
  return { messages: templateMessages(dialogue, sample.history_length), tools: names.flatMap(toolOf) };
}

/** The text that is judged: calls of a function-calling interface in the form that the benchmark reads. */
export function outputOf({ text, tool_calls }: Answer): string {
  const [call] = tool_calls;
  if (!call) return text;
  try {
    const given = JSON.parse(call.arguments) as Record<string, unknown>;
    const params = Object.entries(given).map(([key, value]): [string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    return printCall(call.name, new Map(params));
  } catch {
    return text;
  }
}
