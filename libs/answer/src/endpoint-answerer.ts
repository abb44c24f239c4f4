import { type ChatEndpoint, EndpointRefusal, forEachLimited } from '@itool/chat-endpoint';
import type { Answerer } from './answerer.ts';

/**
 * Answers of an OpenAI-compatible server, `concurrency` at a time. A request that the server refuses (too long, not allowed) is one
 * answer with nothing in it; any other failure ends the run.
 */
export function createEndpointAnswerer(endpoint: ChatEndpoint, { concurrency }: { concurrency: number }): Answerer {
  return {
    answer: (asked, onAnswer) =>
      forEachLimited(asked, concurrency, async ({ messages, chat_tools }, index) => {
        try {
          onAnswer(index, await endpoint.complete({ messages, tools: chat_tools }));
        } catch (error) {
          if (!(error instanceof EndpointRefusal)) throw error;
          onAnswer(index, { text: '', tool_calls: [], prompt_tokens: 0, completion_tokens: 0, refused: error.message });
        }
      }),
    promptText: ({ messages, chat_tools }) => {
      const spoken = messages.map(({ role, content }) => `${role}: ${content ?? ''}`).join('\n\n');
      return chat_tools === undefined ? spoken : `tools: ${JSON.stringify(chat_tools)}\n\n${spoken}`;
    },
    dispose: () => {},
  };
}
