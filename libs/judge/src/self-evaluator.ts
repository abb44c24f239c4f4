import { contentId, type Message } from '@itool/record';
import { confidence } from './confidence.ts';
import { type JudgeRequest, judgePrompt, LEAD_IN, OPTIONS } from './judge-prompt.ts';

/** A prompt and the text that its assistant turn starts with. */
export type JudgePrompt = { messages: Message[]; lead_in: string };

/** A token of a sample, and at its position the model's logits or log-probabilities of the four letters (T = 1). */
export type JudgedToken = { text: string; letter_logits: ArrayLike<number> };

/** The model as judge. Each method answers a batch in order; an answer depends on its own request only. */
export type JudgeModel = {
  /** The four letters' logits or log-probabilities for the token after the lead-in. */
  letterLogits(prompts: readonly JudgePrompt[]): Promise<readonly ArrayLike<number>[]>;
  /** One sample per request from the random stream of these names. */
  sample(
    requests: readonly (JudgePrompt & { stream: (string | number)[]; temperature: number; max_new_tokens: number })[],
  ): Promise<readonly (readonly JudgedToken[])[]>;
};

export type SelfEvaluation =
  | { mode: 'direct' }
  /** The paper's form. Values there: 4 samples, T = 0.6, at most 7 tokens. */
  | { mode: 'sampled'; samples: number; temperature: number; max_new_tokens: number };

/** C(s) for a batch of responses, in order. */
export type SelfEvaluator = (requests: readonly JudgeRequest[]) => Promise<number[]>;

/**
 * Self-evaluation of one frozen model. `direct` reads the letters right after the lead-in in one forward pass; `sampled` draws
 * samples, reads the letters at the first token that is an option, and averages; a sample without one is dropped, and with
 * none left C is 0. Equal requests are evaluated once in the life of the evaluator, so make a new one for a new model.
 */
export function createSelfEvaluator(model: JudgeModel, evaluation: SelfEvaluation): SelfEvaluator {
  const known = new Map<string, number>();
  return async (requests) => {
    const keys = requests.map((request) => contentId([request.ground_truth, request.response]));
    const fresh = new Map<string, JudgeRequest>();
    requests.forEach((request, i) => {
      if (!known.has(keys[i]!)) fresh.set(keys[i]!, request);
    });
    if (fresh.size > 0) {
      const values =
        evaluation.mode === 'direct' ? await direct(model, fresh) : await sampled(model, evaluation, fresh);
      [...fresh.keys()].forEach((key, i) => {
        known.set(key, values[i]!);
      });
    }
    return keys.map((key) => known.get(key)!);
  };
}

const promptOf = (request: JudgeRequest): JudgePrompt => ({ messages: judgePrompt(request), lead_in: LEAD_IN });

async function direct(model: JudgeModel, requests: Map<string, JudgeRequest>): Promise<number[]> {
  return (await model.letterLogits([...requests.values()].map(promptOf))).map(confidence);
}

async function sampled(
  model: JudgeModel,
  { samples, temperature, max_new_tokens }: Extract<SelfEvaluation, { mode: 'sampled' }>,
  requests: Map<string, JudgeRequest>,
): Promise<number[]> {
  // A stream is named by the request's content, so that C does not depend on the order in which requests come.
  const drawn = await model.sample(
    [...requests].flatMap(([key, request]) =>
      Array.from({ length: samples }, (_, k) => ({
        ...promptOf(request),
        stream: ['judge', key, k],
        temperature,
        max_new_tokens,
      })),
    ),
  );
  return [...requests.keys()].map((_, i) => {
    const values = drawn.slice(i * samples, (i + 1) * samples).flatMap((tokens) => {
      const option = tokens.find((token) => isOption(token.text));
      return option === undefined ? [] : [confidence(option.letter_logits)];
    });
    return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

/** A token that is an option letter once white space and the opening bracket are gone; `)` or an empty token is none. */
function isOption(text: string): boolean {
  return (OPTIONS as readonly string[]).includes(text.replace(/[\s(]/g, ''));
}
