import type { PyDict } from '@itool/bfcl';
import { ItoolError } from '@itool/record';
import type { Services } from './api.ts';
import { executeCall } from './execute-call.ts';
import type { ParsedCall } from './extract-call.ts';
import { createWorld, type Databases } from './world.ts';

/** Runs a call on pristine databases for the result that a dialogue records. Throws when the call does not reach its API. */
export function recordCall(call: ParsedCall, databases: Databases, services: Services): PyDict {
  const execution = executeCall(call, createWorld(databases, services));
  if (execution.ok) return execution.response;
  throw new ItoolError({
    code: 'bad_data',
    message: `api-bank: call cannot be recorded: ${call.api_name}: ${execution.error}`,
  });
}
