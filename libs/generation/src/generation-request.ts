import type { RandomStream } from '@itool/random';
import { randomStream } from '@itool/random';
import type { SamplingConfig } from './sample-token.ts';

/** What a sample looks like when a token has been added. */
export type SampleState = { sample: number; token_ids: readonly number[] };

export type GenerationRequest = SamplingConfig & {
  /** at least one token */
  prompt_ids: ArrayLike<number>;
  /**
   * One stream per sample; token t of a sample uses its stream's t-th number and nothing else. Ignored at temperature 0, where there is
   * one sample. See `sampleStreams`.
   */
  streams: readonly RandomStream[];
  max_new_tokens: number;
  /** A sample ends with the first of these; it is part of the output. */
  stop_token_ids: readonly number[];
  /** Called for each token that is none of the stop tokens; 'stop' ends the sample after it, with reason 'boundary'. */
  onToken?: (token_id: number, state: SampleState) => 'continue' | 'stop';
  /** Tokens whose raw logits are wanted at each step (a judge's option letters). */
  watch_ids?: readonly number[];
};

export type GeneratedSample = {
  /** the stop token included */
  token_ids: number[];
  /** log-probability of each token under the undistorted distribution (temperature 1, all tokens) */
  logprobs: number[];
  /** 'length': max_new_tokens or the model's context is used up */
  finish_reason: 'stop' | 'length' | 'boundary';
  /** For each token the logits of `watch_ids` that it was chosen from; empty without `watch_ids`. */
  watched_logits: Float32Array[];
};

/** Streams for `n` samples of the request named `key`: independent of every other request and of the order of requests. */
export function sampleStreams(seed: number, key: readonly (string | number)[], n: number): RandomStream[] {
  return Array.from({ length: n }, (_, sample) => randomStream(seed, ...key, 'sample', sample));
}
