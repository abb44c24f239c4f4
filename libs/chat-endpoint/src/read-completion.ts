import type { ChatCompletion, ChatToolCall } from './chat-message.ts';

type Json = { readonly [key: string]: unknown };

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text of a message content: a text, null, or a list of parts of which the texts count. */
function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

function toolCall(call: unknown): ChatToolCall[] {
  const given = isObject(call) ? call['function'] : undefined;
  if (!isObject(given) || typeof given['name'] !== 'string') return [];
  const text = given['arguments'];
  const id = isObject(call) && typeof call['id'] === 'string' ? call['id'] : '';
  // Some servers send the arguments as an object instead of a text.
  return [{ id, name: given['name'], arguments: typeof text === 'string' ? text : JSON.stringify(text ?? {}) }];
}

/** The first choice of a chat completion, or what is wrong with the answer. */
export function readCompletion(body: string): ChatCompletion | string {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return 'answer is no JSON';
  }
  const choices = isObject(answer) ? answer['choices'] : undefined;
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  const message = isObject(choice) ? choice['message'] : undefined;
  if (!isObject(message)) return 'answer has no choices[0].message';
  const usage = isObject(answer) && isObject(answer['usage']) ? answer['usage'] : {};
  const count = (name: string): number => {
    const value = usage[name];
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : 0;
  };
  return {
    text: contentText(message['content']),
    tool_calls: Array.isArray(message['tool_calls']) ? message['tool_calls'].flatMap(toolCall) : [],
    prompt_tokens: count('prompt_tokens'),
    completion_tokens: count('completion_tokens'),
  };
}
