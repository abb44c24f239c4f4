import { dictGet, type PyValue, pyRepr } from '@itool/bfcl';
import type { Message } from '@itool/record';
import { DESCRIPTORS, type Descriptor } from './descriptors.ts';
import type { Dialogue, Turn } from './dialogues.ts';
import { apisOf, printCall, type Sample } from './samples.ts';

const CALL_PROMPT = `
Based on the given API description and the existing conversation history 1..t, please generate the API request that the AI should call in step t+1 and output it in the format of [ApiName(key1='value1', key2='value2', ...)], replace the ApiName with the actual API name, and replace the key and value with the actual parameters. 
Your output should start with a square bracket "[" and end with a square bracket "]". Do not output any other explanation or prompt or the result of the API call in your output. 
This year is 2023.
Input: 
User: [User's utterence]
AI: [AI's utterence]

Expected output:
[ApiName(key1='value1', key2='value2', ...)]

API descriptions:
`;

const RESPONSE_PROMPT = `
Based on the given API description and the existing conversation history 1..t, please generate the next dialog that the AI should response after the API call t.
This year is 2023.
Input: 
User: [User's utterence]
AI: [AI's utterence]
[ApiName(key1='value1', key2='value2', …)]

Expected output:
AI: [AI's utterence]

API descriptions:
`;

/** Python `json.dumps` of a descriptor on one line, with its ASCII escapes. */
export function descriptionLine({ name, description, input_parameters, output_parameters }: Descriptor): string {
  const dump = (value: string | object): string => {
    if (typeof value !== 'string') {
      const members = Object.entries(value).map(([key, member]) => `${dump(key)}: ${dump(member)}`);
      return `{${members.join(', ')}}`;
    }
    const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped);
  };
  return dump({ name, description, input_parameters, output_parameters });
}

function pyStr(value: PyValue): string {
  return typeof value === 'string' ? value : pyRepr(value);
}

/** The output of a recorded call as Python prints it. */
export function resultText(turn: Extract<Turn, { role: 'API' }>): string {
  return pyStr(dictGet(turn.result, 'output') ?? null);
}

function message(turn: Turn): Message {
  if (turn.role === 'User') return { role: 'user', content: turn.text };
  if (turn.role === 'AI') return { role: 'assistant', content: turn.text };
  const call = printCall(turn.api_name, turn.param_dict);
  return { role: 'system', content: `${call} Response: ${resultText(turn)}` };
}

/**
 * Messages for one sample (specs/api-bank.md 4): the instruction with the descriptions as a system message, then the history, in
 * which a call and its result are a system message. A call of level 2 sees the description of ToolSearcher alone, an answer sees
 * all of the dialogue. APIs without a descriptor are left out; the descriptions are sorted by name (the official order is random).
 */
export function promptMessages(dialogue: Dialogue, sample: Sample): Message[] {
  const calls = sample.target.role === 'API';
  const names = calls && dialogue.level === 'L2' ? ['ToolSearcher'] : apisOf(dialogue);
  const descriptions = names.flatMap((name) => DESCRIPTORS.get(name) ?? []).map(descriptionLine);
  const instruction = (calls ? CALL_PROMPT : RESPONSE_PROMPT) + descriptions.join('\n');
  return [{ role: 'system', content: instruction }, ...dialogue.turns.slice(0, sample.history_length).map(message)];
}
