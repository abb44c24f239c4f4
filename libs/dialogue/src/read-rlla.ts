import type { JsonObject, JsonValue, Message } from '@itool/record';
import type { Draft } from './dialogue-draft.ts';
import { readToolListing } from './read-tools.ts';
import { type WrittenCalls, writeCalls } from './write-calls.ts';

const TAGGED = /<(user|think|tool_call|response|obs)>([\s\S]*?)<\/\1>/g;

/** One JSON object per line. */
function callLines(text: string): WrittenCalls {
  const calls: JsonValue[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      calls.push(JSON.parse(line) as JsonValue);
    } catch {
      return { reason: 'call is no JSON' };
    }
  }
  return writeCalls(calls);
}

/**
 * The instruction format of rlla: tools as a listing in `instruction`, the dialogue so far as tagged text in `input`, the answer
 * in `output`. Reasoning (`<think>`) is left out; prose beside calls becomes a turn of its own after the calls' turn.
 */
export function readRlla(record: JsonObject): Draft {
  const { instruction, input, output } = record;
  if (typeof instruction !== 'string' || typeof input !== 'string' || typeof output !== 'string') {
    return { reason: 'instruction, input or output is no text' };
  }
  const tools = readToolListing(instruction);
  if (tools === null) return { reason: 'tools cannot be read' };
  const messages: Message[] = [];
  const notes = new Set<string>();
  for (const [, tag, text] of `${input}\n${output}`.matchAll(TAGGED)) {
    const content = text!.trim();
    if (tag === 'think') notes.add('reasoning left out');
    else if (tag === 'user') messages.push({ role: 'user', content });
    else if (tag === 'obs') messages.push({ role: 'tool', content });
    else if (tag === 'response') messages.push({ role: 'assistant', content });
    else {
      const calls = callLines(content);
      if ('reason' in calls) return calls;
      messages.push({ role: 'assistant', content: calls.text });
    }
  }
  if (!output.includes('<tool_call>') && !output.includes('<response>')) return { reason: 'no assistant turn' };
  return { tools, tools_text: '', messages, notes: [...notes] };
}
