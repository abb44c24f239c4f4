import { createGenerator, scoreTokens } from '@itool/generation';
import { createSelfEvaluator, type JudgeModel, letterLogits, letterTokenIds } from '@itool/judge';
import type { MctsPolicy } from '@itool/mcts';
import type { Model } from '@itool/nn';
import type { Policy } from '@itool/policy';
import { randomStream } from '@itool/random';
import { cutForced, judgeIds, sampleFragments } from './fragment-sampler.ts';
import type { Params } from './params.ts';

/** The model as the search sees it: sampler of fragments, scorer of forced ones, and its own judge. */
export function searchPolicy(
  model: Model,
  { tokenizer, template, stop_token_ids }: Policy,
  params: Params,
  iteration: number,
): MctsPolicy & { dispose: () => void; sampled_tokens: () => number } {
  const generator = createGenerator(model, { max_sequences: 256 });
  let sampled = 0;
  const letters = letterTokenIds(tokenizer.encode);
  const judge: JudgeModel = {
    letterLogits: async (prompts) => {
      const logits = await generator.nextTokenLogits(prompts.map((prompt) => judgeIds(template, tokenizer, prompt)));
      return logits.map((row) => letterLogits(row, letters));
    },
    sample: async (requests) => {
      const watch_ids = letters.flat();
      const place = new Map(watch_ids.map((id, i) => [id, i]));
      const places = letters.map((ids) => ids.map((id) => place.get(id)!));
      const samples = await generator.generate(
        requests.map((request) => ({
          prompt_ids: judgeIds(template, tokenizer, request),
          streams: [randomStream(params.seed, iteration, ...request.stream)],
          temperature: request.temperature,
          top_p: 1,
          top_k: 0,
          max_new_tokens: request.max_new_tokens,
          stop_token_ids,
          watch_ids,
        })),
      );
      return samples.map(([sample]) =>
        sample!.token_ids.map((id, t) => ({
          text: tokenizer.piece(id),
          letter_logits: letterLogits(sample!.watched_logits[t]!, places),
        })),
      );
    },
  };
  const policy: MctsPolicy = {
    sampleFragments: async (requests) => {
      const fragments = await sampleFragments(generator, tokenizer, requests, { ...params, mode: params.fragments });
      for (const group of fragments) for (const fragment of group) sampled += fragment.token_ids.length;
      return fragments;
    },
    forceFragments: async (requests) => {
      const forced = requests.map((request) => cutForced(tokenizer, request, params.fragments));
      const rows = requests.map((request, i) => {
        const context = [...request.prompt_ids, ...request.prefix_ids];
        return { ids: [...context, ...forced[i]!], target_start: context.length };
      });
      const logprobs = await scoreTokens(model, rows);
      return forced.map((token_ids, i) => ({
        token_ids,
        sum_logprob: logprobs[i]!.reduce((sum, logprob) => sum + logprob, 0),
        ended: token_ids.at(-1) === tokenizer.eos_id,
      }));
    },
    decode: (ids) => tokenizer.decode([...ids], { skip_special: true }),
  };
  if (params.judge.mode !== 'off') policy.selfEvaluate = createSelfEvaluator(judge, params.judge);
  return { ...policy, dispose: generator.dispose, sampled_tokens: () => sampled };
}
