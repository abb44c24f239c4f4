import type { SelfEvaluator } from '@itool/judge';
import type { RandomStream } from '@itool/random';

/** What a tree asks of the policy: one fragment per stream, each going on from prompt + prefix. */
export type FragmentRequest = {
  tree_id: string;
  prompt_ids: readonly number[];
  /** Tokens of the response so far. */
  prefix_ids: readonly number[];
  /** Fragment i draws its random numbers from stream i and from nothing else. */
  streams: readonly RandomStream[];
  /** True: generate to the end of the turn, past all fragment boundaries. */
  to_end: boolean;
  max_new_tokens: number;
};

/** The next fragment of a given response, with the policy's log-probabilities. */
export type ForcedRequest = Omit<FragmentRequest, 'streams'> & {
  /** What is left of the ground truth, its end token included. */
  forced_ids: readonly number[];
};

export type Fragment = {
  /** At least one token; the end token is the last of them when `ended`. */
  token_ids: readonly number[];
  /** Sum over `token_ids` of the log-probabilities from raw logits: T = 1, no penalty, no nucleus. */
  sum_logprob: number;
  /** The model ended the turn. */
  ended: boolean;
};

/**
 * The model as the search sees it. Methods answer a batch in order, and each answer is a function of its own request alone:
 * then a tree does not depend on the trees it is searched with.
 */
export type MctsPolicy = {
  /** For each request as many fragments as it has streams. */
  sampleFragments(requests: readonly FragmentRequest[]): Promise<readonly (readonly Fragment[])[]>;
  /** Needed with `include_ground_truth`: the first fragment of `forced_ids`, cut where a sampled one would be. */
  forceFragments?(requests: readonly ForcedRequest[]): Promise<readonly Fragment[]>;
  /** Needed with a `judge_weight` other than 0. */
  selfEvaluate?: SelfEvaluator;
  /** Text of response tokens, special tokens left out. */
  decode(ids: readonly number[]): string;
};
