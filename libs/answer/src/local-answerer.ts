import { createGenerator } from '@itool/generation';
import { loadModel } from '@itool/nn';
import type { Policy } from '@itool/policy';
import type { Message } from '@itool/record';
import type { WeightStorage } from '@itool/tensor';
import type { Answer, Answerer, Asked } from './answerer.ts';

/** The dialogue of a question as the chat template of a model takes it. */
function dialogueOf({ messages, tools }: Asked): { messages: Message[]; tools: NonNullable<Asked['tools']>[number][] } {
  return {
    messages: messages.map(({ role, content, name }) => ({
      role,
      content: content ?? '',
      ...(name === undefined ? {} : { name }),
    })),
    tools: [...(tools ?? [])],
  };
}

/** Greedy answers of a model of ours, batched, with shared prefixes computed once. A prompt that is too long is refused. */
export function createLocalAnswerer(
  policy: Pick<Policy, 'config' | 'weights' | 'lora' | 'tokenizer' | 'template' | 'stop_token_ids'>,
  { max_new_tokens, storage = 'fp32' }: { max_new_tokens: number; storage?: WeightStorage },
): Answerer {
  const { config, tokenizer, template, stop_token_ids } = policy;
  const adapter = policy.lora === null ? {} : { lora: policy.lora };
  const model = loadModel({ config, weights: policy.weights, storage, ...adapter });
  const generator = createGenerator(model);
  return {
    answer: async (asked, onAnswer) => {
      const prompts = asked.map((question, index) => ({ index, ids: template.encodePrompt(dialogueOf(question)) }));
      const fitting = prompts.filter(({ ids }) => ids.length < config.max_position_embeddings);
      for (const { index, ids } of prompts) {
        if (ids.length < config.max_position_embeddings) continue;
        const refused = `prompt of ${ids.length} tokens does not fit the model (${config.max_position_embeddings})`;
        onAnswer(index, { text: '', tool_calls: [], prompt_tokens: 0, completion_tokens: 0, refused });
      }
      await generator.generate(
        fitting.map(({ ids }) => ({
          prompt_ids: ids,
          streams: [],
          temperature: 0,
          top_p: 1,
          top_k: 0,
          max_new_tokens,
          stop_token_ids,
        })),
        (at, sample) => {
          const { index, ids } = fitting[at]!;
          const answer: Answer = {
            text: tokenizer.decode(sample.token_ids, { skip_special: true }),
            tool_calls: [],
            prompt_tokens: ids.length,
            completion_tokens: sample.token_ids.length,
          };
          onAnswer(index, answer);
        },
      );
    },
    promptText: (asked) => tokenizer.decode(template.encodePrompt(dialogueOf(asked))),
    dispose: () => {
      generator.dispose();
      model.dispose();
    },
  };
}
