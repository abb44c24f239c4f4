import { type PyDict, pyEqual } from '@itool/bfcl';
import type { Services } from './api.ts';
import { executeCall } from './execute-call.ts';
import { extractCall, type ParsedCall, parseCall } from './extract-call.ts';
import { deepCopy, item } from './py-access.ts';
import { PyError } from './py-error.ts';
import { APIS } from './registry.ts';
import { createWorld, type Databases } from './world.ts';

/**
 * Buckets of the official evaluation. FAILED_PARSE_API_CALL cannot occur, since extraction and parsing use one pattern; UNCAUGHT
 * stops `evaluator_by_json.py` and counts as wrong in `evaluator.py`; OTHER_FALSE is a wrong call that fits no bucket.
 */
export const outcomes = [
  'CORRECT',
  'NO_API_CALL',
  'FAILED_PARSE_API_CALL',
  'API_NAME_MISMATCH',
  'INVALID_INPUT_PARAMETER',
  'MISS_INPUT_ARGUMENT',
  'KEY_ERROR',
  'HAS_EXCEPTION',
  'OUTPUT_MISMATCH',
  'INPUT_MISMATCH',
  'OTHER_FALSE',
  'UNCAUGHT',
] as const;

export type Outcome = (typeof outcomes)[number];

export type CallVerdict = {
  correct: boolean;
  outcome: Outcome;
  extracted: string | null;
  parsed: ParsedCall | null;
  /** What the API returned; null when it was not reached. */
  response: PyDict | null;
  /** Why the call was not judged by its result, or null. */
  error: string | null;
};

/** The call that a sample asks for. `result` may be changed by the check when `share_target` says so. */
export type Target = { api_name: string; result: PyDict };

export type JudgeOptions = {
  databases: Databases;
  services: Services;
  /** Let the check change the target, as the official loop does for the second sample of one turn. */
  share_target?: boolean;
};

function bucket(response: PyDict, result: PyDict): Outcome {
  if (item(response, 'exception')) return 'HAS_EXCEPTION';
  if (!pyEqual(item(response, 'output'), item(result, 'output'))) return 'OUTPUT_MISMATCH';
  return pyEqual(item(response, 'input'), item(result, 'input')) ? 'OTHER_FALSE' : 'INPUT_MISMATCH';
}

/**
 * Verdict on one model output (specs/api-bank.md 6): extract, parse, compare names, execute on pristine databases, check the result
 * against the recorded one. Never throws for any output; nothing in the output runs as code.
 */
export function judgeCall(output: string, target: Target, options: JudgeOptions): CallVerdict {
  const extracted = extractCall(output);
  const parsed = extracted === null ? null : parseCall(extracted);
  const verdict = (outcome: Outcome, error: string | null, response: PyDict | null = null): CallVerdict => ({
    correct: outcome === 'CORRECT',
    outcome,
    extracted,
    parsed,
    response,
    error,
  });
  if (extracted === null) return verdict('NO_API_CALL', null);
  if (parsed === null) return verdict('FAILED_PARSE_API_CALL', null);
  if (parsed.api_name !== target.api_name) return verdict('API_NAME_MISMATCH', null);
  const execution = executeCall(parsed, createWorld(options.databases, options.services));
  if (!execution.ok) return verdict(execution.fault, execution.error);
  const { response } = execution;
  const result = options.share_target ? target.result : deepCopy(target.result);
  // The check may take members away; the verdict shows the response as the API gave it.
  const checked = deepCopy(response);
  try {
    if (APIS.get(parsed.api_name)!.check(checked, result)) return verdict('CORRECT', null, response);
    return verdict(bucket(checked, result), null, response);
  } catch (error) {
    if (!(error instanceof PyError)) throw error;
    return verdict(error.type === 'KeyError' ? 'KEY_ERROR' : 'UNCAUGHT', `${error.type}: ${error.message}`, response);
  }
}

/** `TRUE`, `FALSE` or the Python exception that the check of an API raises for a response; both dicts may be changed. */
export function checkResponse(api_name: string, response: PyDict, target: PyDict): string {
  try {
    return APIS.get(api_name)!.check(response, target) ? 'TRUE' : 'FALSE';
  } catch (error) {
    if (error instanceof PyError) return `RAISES:${error.type}`;
    throw error;
  }
}
