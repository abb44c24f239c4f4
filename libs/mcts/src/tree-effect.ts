import type { JudgeRequest } from '@itool/judge';
import type { ForcedRequest, Fragment, FragmentRequest } from './policy.ts';

/** What a tree waits for. Trees are generators that yield effects, so that one call can serve many trees. */
export type TreeEffect =
  | { kind: 'sample'; request: FragmentRequest }
  | { kind: 'force'; request: ForcedRequest }
  | { kind: 'evaluate'; requests: readonly JudgeRequest[] };

export type TreeReply = readonly Fragment[] | readonly number[];

export type TreeSteps<Result> = Generator<TreeEffect, Result, TreeReply>;

export function* sample(request: FragmentRequest): TreeSteps<readonly Fragment[]> {
  return (yield { kind: 'sample', request }) as readonly Fragment[];
}

export function* force(request: ForcedRequest): TreeSteps<Fragment> {
  return ((yield { kind: 'force', request }) as readonly Fragment[])[0]!;
}

export function* evaluate(requests: readonly JudgeRequest[]): TreeSteps<readonly number[]> {
  return (yield { kind: 'evaluate', requests }) as readonly number[];
}
