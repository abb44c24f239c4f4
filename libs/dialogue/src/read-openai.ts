import type { JsonObject, JsonValue, Message } from '@itool/record';
import type { Draft } from './dialogue-draft.ts';
import { decodeCell, isObject } from './json-cell.ts';
import { readTools } from './read-tools.ts';
import { writeCalls } from './write-calls.ts';

/** Text of a `content`: text, null, or a list of parts of which the text parts count. */
function contentOf(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** Calls of an assistant message: `tool_calls`, or the older `function_call`. */
function callsOf(message: JsonObject): JsonValue[] {
  const listed = decodeCell(message['tool_calls']);
  if (Array.isArray(listed) && listed.length > 0) return listed;
  return isObject(message['function_call']) ? [message['function_call']] : [];
}

/**
 * OpenAI rows: `messages` with `tool_calls`, and `tools` (or `functions`). Prose of a message with calls becomes a turn of its own
 * before them; tool messages get the name of the call that they answer.
 */
export function readOpenAi(record: JsonObject): Draft {
  const turns = decodeCell(record['messages']);
  if (!Array.isArray(turns)) return { reason: 'messages is no list' };
  const cell = record['tools'] ?? record['functions'];
  const tools = readTools(cell);
  if (tools === null) return { reason: 'tools cannot be read' };
  const messages: Message[] = [];
  const names = new Map<string, string>();
  for (const turn of turns) {
    if (!isObject(turn)) return { reason: 'turn is no object' };
    const content = contentOf(turn['content']);
    switch (turn['role']) {
      case 'system':
      case 'developer':
        messages.push({ role: 'system', content });
        break;
      case 'user':
        messages.push({ role: 'user', content });
        break;
      case 'tool':
      case 'function': {
        const name = turn['name'] ?? names.get(String(turn['tool_call_id']));
        messages.push({ role: 'tool', content, ...(typeof name === 'string' ? { name } : {}) });
        break;
      }
      case 'assistant': {
        const calls = callsOf(turn);
        if (content.trim() !== '' || calls.length === 0) messages.push({ role: 'assistant', content });
        if (calls.length === 0) break;
        const written = writeCalls(calls);
        if ('reason' in written) return written;
        messages.push({ role: 'assistant', content: written.text });
        for (const call of calls) {
          const named = isObject(call) && isObject(call['function']) ? call['function']['name'] : undefined;
          if (isObject(call) && typeof named === 'string') names.set(String(call['id']), named);
        }
        break;
      }
      default:
        return { reason: 'turn has an unknown role' };
    }
  }
  return { tools, tools_text: typeof cell === 'string' && tools.length > 0 ? cell : '', messages, notes: [] };
}
