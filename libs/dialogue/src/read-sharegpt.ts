import type { JsonObject, Message, Role } from '@itool/record';
import type { Draft } from './dialogue-draft.ts';
import { decodeCell, isObject } from './json-cell.ts';
import { readTools, readToolsInText } from './read-tools.ts';
import { writeCalls } from './write-calls.ts';

const ROLES: Readonly<Record<string, Role | 'call'>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  function_call: 'call',
  tool_call: 'call',
  observation: 'tool',
  function_response: 'tool',
  tool: 'tool',
  system: 'system',
};

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

/**
 * ShareGPT rows, with function calling (`function_call`/`observation`, calls as JSON) or as ToolACE has them (`user`,
 * `assistant`, `tool`, calls as text). Assistant text stays as it is. Tools come from the column `tools`, else from the system
 * text, whose list of tools is then taken out.
 */
export function readShareGpt(record: JsonObject): Draft {
  const turns = decodeCell(record['conversations']);
  if (!Array.isArray(turns)) return { reason: 'conversations is no list' };
  let tools = readTools(record['tools']);
  if (tools === null) return { reason: 'tools cannot be read' };
  let tools_text = tools.length > 0 && typeof record['tools'] === 'string' ? record['tools'] : '';
  const messages: Message[] = [];
  const addSystem = (text: string): void => {
    const found = tools!.length === 0 ? readToolsInText(text) : null;
    if (found !== null) {
      tools = found.tools;
      tools_text = found.tools_text;
    }
    messages.push({ role: 'system', content: found?.rest ?? text });
  };
  if (typeof record['system'] === 'string') addSystem(record['system']);
  for (const turn of turns) {
    if (!isObject(turn)) return { reason: 'turn is no object' };
    const role = ROLES[String(turn['from'] ?? turn['role'])];
    const value = turn['value'] ?? turn['content'];
    if (role === undefined) return { reason: 'turn has an unknown role' };
    if (role === 'system') addSystem(textOf(value));
    else if (role === 'call') {
      const calls = writeCalls(value);
      if ('reason' in calls) return calls;
      messages.push({ role: 'assistant', content: calls.text });
    } else messages.push({ role, content: textOf(value) });
  }
  return { tools, tools_text, messages, notes: [] };
}
