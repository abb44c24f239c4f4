import type { ChatMessage, ChatTool, ChatToolCall } from '@itool/chat-endpoint';
import type { Tool } from '@itool/record';

/**
 * What a model is asked. `tools` reach a local model through its chat template; `chat_tools` are those of a function-calling
 * interface. A prompt that holds its function documents itself has neither.
 */
export type Asked = { messages: readonly ChatMessage[]; tools?: readonly Tool[]; chat_tools?: readonly ChatTool[] };

export type Answer = {
  text: string;
  /** Calls of a function-calling interface; a local model has none. */
  tool_calls: ChatToolCall[];
  prompt_tokens: number;
  completion_tokens: number;
  /** Why there is no answer: the prompt does not fit the model, or the server refuses it. Counts as an answer with nothing in it. */
  refused?: string;
};

/** A model that answers, wherever it runs. */
export type Answerer = {
  /** Answers all, as many at a time as the model takes, in any order; `onAnswer` hears of each as soon as it is there. */
  answer(asked: readonly Asked[], onAnswer: (index: number, answer: Answer) => void): Promise<void>;
  /** The text that the model reads, for people to look at. */
  promptText(asked: Asked): string;
  dispose(): void;
};
