import type { JsonObject } from '@itool/record';

export type ChatToolCall = { id: string; name: string /** JSON text */; arguments: string };

/** A message in the form of the OpenAI chat interface. */
export type ChatMessage = {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | null;
  name?: string;
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
};

export type ChatTool = { type: 'function'; function: JsonObject };

export type ChatRequest = { messages: readonly ChatMessage[]; tools?: readonly ChatTool[] };

export type ChatCompletion = {
  text: string;
  tool_calls: ChatToolCall[];
  prompt_tokens: number;
  completion_tokens: number;
};
