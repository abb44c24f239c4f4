import { checkerOf } from './category.ts';
import { answerName, type CheckOptions, checkCall } from './check-call.ts';
import type { CheckFailure } from './check-value.ts';
import { pyRepr } from './py-repr.ts';
import { dictGet, type PyDict } from './py-value.ts';

/** Index of an unused output and why it is no partner of the answer that found none. */
export type SubError = [index: number, error_type: string, error: string];

export type CallsFailure = CheckFailure & { sub_errors?: SubError[] };

const EMPTY_DOC: PyDict = { kind: 'dict', entries: [] };

export function docOf(docs: readonly PyDict[], name: string): PyDict {
  return docs.find((doc) => dictGet(doc, 'name') === name) ?? EMPTY_DOC;
}

function countFailure(checker: string): CallsFailure {
  return { error_type: `${checker}:wrong_count`, error: 'Wrong number of functions.' };
}

/** Each answer in order takes the first unused output that passes; there is no backtracking. */
function checkParallel(
  docs: readonly PyDict[],
  calls: readonly PyDict[],
  answers: readonly PyDict[],
  options: CheckOptions,
): CallsFailure | null {
  const checker = 'parallel_function_checker_no_order';
  if (calls.length !== answers.length) return countFailure(checker);
  const used = new Set<number>();
  for (const [i, answer] of answers.entries()) {
    const doc = docOf(docs, answerName(answer));
    const sub_errors: SubError[] = [];
    const match = calls.findIndex((call, index) => {
      if (used.has(index)) return false;
      const failure = checkCall(doc, call, answer, options);
      if (failure) sub_errors.push([index, failure.error_type, failure.error]);
      return failure === null;
    });
    if (match < 0) {
      const unused = sub_errors.map(([index]) => BigInt(index));
      return {
        error_type: `${checker}:cannot_find_match`,
        error: `Could not find a matching function among index ${pyRepr(unused)} of model output for index ${i} of possible answers.`,
        sub_errors,
      };
    }
    used.add(match);
  }
  return null;
}

/** Checks all decoded calls of a reply against the answer of its row (specification 4.1); null means the reply is right. */
export function checkCalls(
  category: string,
  docs: readonly PyDict[],
  calls: readonly PyDict[],
  answers: readonly PyDict[],
  options: CheckOptions,
): CallsFailure | null {
  const checker = checkerOf(category);
  if (checker === 'parallel') return checkParallel(docs, calls, answers, options);
  if (checker === 'multiple') {
    if (calls.length !== answers.length) {
      return countFailure('multiple_function_checker');
    }
    const answer = answers[0] ?? EMPTY_DOC;
    return checkCall(docOf(docs, answerName(answer)), calls[0] ?? EMPTY_DOC, answer, options);
  }
  if (calls.length !== 1) return countFailure('simple_function_checker');
  return checkCall(docs[0] ?? EMPTY_DOC, calls[0]!, answers[0] ?? EMPTY_DOC, options);
}
