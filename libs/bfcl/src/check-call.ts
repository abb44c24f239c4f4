import {
  type CheckFailure,
  checkDict,
  checkDictList,
  checkList,
  checkMembership,
  checkString,
  checkType,
  type ExpectedType,
  type StringForm,
} from './check-value.ts';
import { pyRepr } from './py-repr.ts';
import { dictGet, isDict, isTuple, type PyDict, type PyType, type PyValue } from './py-value.ts';

const TYPES: Readonly<Record<string, PyType>> = {
  string: 'str',
  integer: 'int',
  float: 'float',
  boolean: 'bool',
  array: 'list',
  tuple: 'list',
  dict: 'dict',
  any: 'str',
};

export type CheckOptions = {
  form: StringForm;
  /** Expect dots of function names as underscores, as models with a function-calling interface report them. */
  underscoreToDot: boolean;
};

/** Documents that name a type the benchmark does not know are compared like strings; the official code would raise. */
function typeNamed(name: PyValue | undefined): PyType {
  return typeof name === 'string' && Object.hasOwn(TYPES, name) ? TYPES[name]! : 'str';
}

function expectedType(schema: PyDict): ExpectedType {
  const documented = dictGet(schema, 'type');
  const items = dictGet(schema, 'items');
  const nested = documented === 'array' || documented === 'tuple';
  return {
    documented: typeof documented === 'string' ? documented : 'any',
    type: typeNamed(documented),
    inner: nested && isDict(items) ? typeNamed(dictGet(items, 'type')) : undefined,
  };
}

function fail(kind: string, error: string): CheckFailure {
  return { error_type: `simple_function_checker:${kind}`, error };
}

function member(dict: PyDict, key: string): PyDict {
  const value = dictGet(dict, key);
  return isDict(value) ? value : { kind: 'dict', entries: [] };
}

function checkParameter(
  parameter: string,
  given: PyValue,
  schema: PyDict,
  answers: readonly PyValue[],
  form: StringForm,
): CheckFailure | null {
  const expected = expectedType(schema);
  let value = given;
  if (expected.documented === 'tuple' && isTuple(value)) value = value.items;
  if (expected.documented === 'float' && typeof value === 'bigint') value = Number(value);
  const checked = checkType(parameter, value, answers, expected);
  if (!('variable' in checked)) return checked;
  if (!checked.variable) {
    if (expected.type === 'dict') return checkDict(parameter, value, answers, form);
    if (Array.isArray(value) && expected.inner === 'dict') return checkDictList(parameter, value, answers, form);
    if (typeof value === 'string' && expected.type === 'str') return checkString(parameter, value, answers, form);
    if (Array.isArray(value) && expected.type === 'list') return checkList(parameter, value, answers, form);
  }
  return checkMembership(parameter, value, answers);
}

/** Name of the function an answer `{function: {...}}` expects. */
export function answerName(answer: PyDict): string {
  const name = answer.entries[0]?.[0];
  return typeof name === 'string' ? name : '';
}

/**
 * Checks one decoded call `{name: {parameter: value}}` against one answer (specification 4.2); the first failure is returned,
 * null means the call passes. `doc` is the document of the expected function.
 */
export function checkCall(doc: PyDict, call: PyDict, answer: PyDict, options: CheckOptions): CheckFailure | null {
  const name = answerName(answer);
  const expected = options.underscoreToDot ? name.replaceAll('.', '_') : name;
  const given = dictGet(call, expected);
  if (!isDict(given)) return fail('wrong_func_name', `function ${expected} is not called`);
  const accepted = member(answer, name);
  const parameters = member(doc, 'parameters');
  const properties = member(parameters, 'properties');
  const required = dictGet(parameters, 'required');
  for (const key of Array.isArray(required) ? required : []) {
    if (dictGet(given, key) === undefined)
      return fail('missing_required', `required parameter is missing: ${pyRepr(key)}`);
  }
  for (const [key, value] of given.entries) {
    const schema = dictGet(properties, key);
    const answers = dictGet(accepted, key);
    if (typeof key !== 'string' || !isDict(schema) || !Array.isArray(answers)) {
      return fail('unexpected_param', `parameter is not expected: ${pyRepr(key)}`);
    }
    const failure = checkParameter(key, value, schema, answers, options.form);
    if (failure) return failure;
  }
  for (const [key, answers] of accepted.entries) {
    if (dictGet(given, key) === undefined && !(Array.isArray(answers) && answers.includes(''))) {
      return fail('missing_optional', `parameter may not be left out: ${pyRepr(key)}`);
    }
  }
  return null;
}
