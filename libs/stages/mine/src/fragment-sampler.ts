import type { ChatTemplate } from '@itool/chat-template';
import type { GenerationRequest, Generator } from '@itool/generation';
import type { ForcedRequest, Fragment, FragmentRequest } from '@itool/mcts';
import type { Tokenizer } from '@itool/tokenizer';
import { type CallScanner, createCallScanner } from '@itool/tool-call';

type Mode = 'structural' | 'chars';

/**
 * Decides after each token whether a fragment ends there (specs/itool.md 6.2): at a boundary of the call syntax, but after the
 * outermost `]` one more token is read, so that the end of the turn belongs to the fragment that completes the answer.
 */
export function fragmentEnd(tokenizer: Tokenizer, prefix: string, mode: Mode): (token_id: number) => boolean {
  const scanner: CallScanner = createCallScanner({ mode });
  scanner.feed(prefix);
  let list_closed = false;
  return (token_id) => {
    if (list_closed) return true;
    const boundaries = scanner.feed(tokenizer.piece(token_id));
    list_closed = boundaries.some((boundary) => boundary.kind === 'list');
    return boundaries.length > 0 && !list_closed;
  };
}

/** Samples fragments of many tree nodes in one call; node prefixes stay in the generator's cache. */
export async function sampleFragments(
  generator: Generator,
  tokenizer: Tokenizer,
  requests: readonly FragmentRequest[],
  options: { temperature: number; top_p: number; mode: Mode },
): Promise<Fragment[][]> {
  const jobs = requests.map((request): GenerationRequest => {
    const prefix = tokenizer.decode(request.prefix_ids, { skip_special: true });
    const ends = request.streams.map(() => fragmentEnd(tokenizer, prefix, options.mode));
    return {
      prompt_ids: [...request.prompt_ids, ...request.prefix_ids],
      streams: request.streams,
      temperature: options.temperature,
      top_p: options.top_p,
      top_k: 0,
      max_new_tokens: request.max_new_tokens,
      stop_token_ids: [tokenizer.eos_id],
      onToken: (id, { sample }) => (!request.to_end && ends[sample]!(id) ? 'stop' : 'continue'),
    };
  });
  const samples = await generator.generate(jobs);
  return samples.map((group) =>
    group.map(({ token_ids, logprobs, finish_reason }) => ({
      token_ids,
      sum_logprob: logprobs.reduce((sum, logprob) => sum + logprob, 0),
      ended: finish_reason === 'stop',
    })),
  );
}

/** The next fragment of the ground truth, cut where a sampled one would be. */
export function cutForced(tokenizer: Tokenizer, request: ForcedRequest, mode: Mode): number[] {
  const ends = fragmentEnd(tokenizer, tokenizer.decode(request.prefix_ids, { skip_special: true }), mode);
  const ids: number[] = [];
  for (const id of request.forced_ids) {
    ids.push(id);
    if (id === tokenizer.eos_id || ids.length >= request.max_new_tokens) break;
    if (!request.to_end && ends(id)) break;
  }
  return ids;
}

/** Token ids of a judge prompt whose assistant turn starts with the lead-in. */
export function judgeIds(
  template: ChatTemplate,
  tokenizer: Tokenizer,
  prompt: { messages: Parameters<ChatTemplate['encodePrompt']>[0]['messages']; lead_in: string },
): number[] {
  return [...template.encodePrompt({ tools: [], messages: prompt.messages }), ...tokenizer.encode(prompt.lead_in)];
}
