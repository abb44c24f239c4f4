import type { Message } from '@itool/record';

export type JudgeRequest = {
  /** The target response of the row. */
  ground_truth: string;
  /** The whole response so far: prefix and fragment. */
  response: string;
};

/** What the assistant turn starts with, so that the option letter is the next token. */
export const LEAD_IN = '(';

/** The options, best first, and what each is worth (specs: itool, 7.2). */
export const OPTIONS = ['A', 'B', 'C', 'D'] as const;
export const OPTION_WEIGHTS = [1.0, 0.1, -1.0, -2.0] as const;

/**
 * Self-evaluation prompt: ground truth first, then the response, then the options, with the note that a part of the ground
 * truth is excellent too. Shorter than the paper's: the five criteria are not listed, a small model has no room for them.
 */
export function judgePrompt({ ground_truth, response }: JudgeRequest): Message[] {
  const content = `truth: ${ground_truth}\nresponse: ${response}\ngrade: A excellent or part of truth, B acceptable, C fair, D poor`;
  return [{ role: 'user', content }];
}
