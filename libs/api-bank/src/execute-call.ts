import type { PyDict, PyValue } from '@itool/bfcl';
import type { World } from './api.ts';
import { DESCRIPTORS } from './descriptors.ts';
import type { ParsedCall } from './extract-call.ts';
import { dict } from './py-access.ts';
import { PyError } from './py-error.ts';
import { asciiDigits, isDigits } from './py-text.ts';
import { APIS } from './registry.ts';

/** Why a call did not reach its API. */
export type CallFault = 'INVALID_INPUT_PARAMETER' | 'MISS_INPUT_ARGUMENT' | 'UNCAUGHT';

export type Execution = { ok: true; response: PyDict } | { ok: false; fault: CallFault; error: string };

/** A parameter of the call that ends up as another argument of the tool manager's own function. */
const RESERVED = ['self', 'tool_name'];

function fault(kind: CallFault, error: string): Execution {
  return { ok: false, fault: kind, error };
}

/**
 * The value of a parameter after the tool manager's conversion, or undefined when its type is refused. Lists are not converted: they
 * reach the API as the text they were written with.
 */
function convert(type: string, value: string): PyValue | undefined {
  if (type === 'bool') return value === 'True';
  const digits = asciiDigits(type === 'float' ? value.replace('.', '') : value);
  if (type !== 'int' && type !== 'float') return value;
  // Superscripts and the like pass the official test but not the conversion behind it; either way the call is wrong.
  if (!isDigits(digits) || !/^\d+$/.test(digits)) return undefined;
  return type === 'int' ? BigInt(digits) : Number(asciiDigits(value));
}

/** `result.input` of the response. */
function inputFor(name: string, given: ReadonlyMap<string, PyValue>): PyDict {
  const api = APIS.get(name)!;
  const declared = Object.keys(DESCRIPTORS.get(name)!.input_parameters);
  if (api.input !== 'given') return dict(Object.fromEntries(declared.map((key) => [key, given.get(key) ?? null])));
  const required = declared.filter((key) => !api.optional?.includes(key));
  const optional = [...given.keys()].filter((key) => !required.includes(key));
  return dict(Object.fromEntries([...required, ...optional].map((key) => [key, given.get(key)!])));
}

/** Runs a parsed call in a world: conversion of parameters, required ones, then the API, whose own failures become `exception`. */
export function executeCall({ api_name, params }: ParsedCall, world: World): Execution {
  const api = APIS.get(api_name);
  const descriptor = DESCRIPTORS.get(api_name);
  if (!api || !descriptor) return fault('UNCAUGHT', 'invalid tool name.');
  const reserved = RESERVED.find((name) => params.has(name));
  if (reserved) return fault('UNCAUGHT', `api_call() got multiple values for argument '${reserved}'`);
  const given = new Map<string, PyValue>();
  for (const [name, value] of params) {
    if (!Object.hasOwn(descriptor.input_parameters, name)) {
      return fault('INVALID_INPUT_PARAMETER', `invalid parameter name. parameter: ${name}`);
    }
    const converted = convert(descriptor.input_parameters[name]!.type, value);
    if (converted === undefined) return fault('UNCAUGHT', `invalid parameter type. parameter: ${value}`);
    given.set(name, converted);
  }
  const missing = Object.keys(descriptor.input_parameters).filter(
    (name) => !given.has(name) && !api.optional?.includes(name),
  );
  if (missing.length > 0) return fault('MISS_INPUT_ARGUMENT', `missing required arguments: ${missing.join(', ')}`);

  const input = inputFor(api_name, given);
  const response = api.unnamed ? dict() : dict({ api_name });
  let output: PyValue = null;
  let exception: string | null = null;
  try {
    output = api.call(input, world);
  } catch (error) {
    if (!(error instanceof PyError)) throw error;
    exception = error.message;
  }
  const reported = api.input === 'none' ? null : input;
  response.entries.push(['input', reported], ['output', output], ['exception', exception]);
  return { ok: true, response };
}
