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
  typeMessage,
} from './check-value.ts';
import { CONVERTERS, DOCUMENTED_TYPES, type ExpectedPyType, type Language, NESTED_TYPES } from './language.ts';
import { pyRepr } from './py-repr.ts';
import { dictGet, isDict, isTuple, type PyDict, type PyValue } from './py-value.ts';

export type CheckOptions = {
  form: StringForm;
  language: Language;
  /** Expect dots of function names as underscores, as models with a function-calling interface report them. */
  underscoreToDot: boolean;
};

/** Documents that name a type the benchmark does not know are compared like strings; the official code would raise. */
function typeNamed(name: PyValue | undefined, language: Language): ExpectedPyType {
  const types = DOCUMENTED_TYPES[language];
  return typeof name === 'string' && Object.hasOwn(types, name) ? types[name]! : 'str';
}

function expectedType(schema: PyDict, language: Language): ExpectedType & { inner_documented?: string } {
  const given = dictGet(schema, 'type');
  const documented = typeof given === 'string' ? given : 'any';
  const type = typeNamed(documented, language);
  const items = dictGet(schema, 'items');
  if (!NESTED_TYPES[language].includes(documented) || !isDict(items)) return { documented, type };
  const inner = dictGet(items, 'type');
  return {
    documented,
    type,
    inner: typeNamed(inner, language),
    inner_documented: typeof inner === 'string' ? inner : 'any',
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
  { form, language }: CheckOptions,
): CheckFailure | null {
  const expected = expectedType(schema, language);
  let value = given;
  if (language === 'python') {
    if (expected.documented === 'tuple' && isTuple(value)) value = value.items;
    if (expected.documented === 'float' && typeof value === 'bigint') value = Number(value);
  } else if (typeof value !== 'string') {
    return {
      error_type: language === 'java' ? 'type_error:java' : 'type_error:js',
      error: typeMessage(parameter, value, 'String'),
    };
  } else value = CONVERTERS[language](value, expected.documented, expected.inner_documented);
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
  if (!isDict(given)) return fail('wrong_func_name', `Function name ${pyRepr(expected)} not found in model output.`);
  const accepted = member(answer, name);
  const parameters = member(doc, 'parameters');
  const properties = member(parameters, 'properties');
  const required = dictGet(parameters, 'required');
  for (const key of Array.isArray(required) ? required : []) {
    if (dictGet(given, key) === undefined)
      return fail('missing_required', `Missing required parameter: ${pyRepr(key)}.`);
  }
  for (const [key, value] of given.entries) {
    const schema = dictGet(properties, key);
    const answers = dictGet(accepted, key);
    if (typeof key !== 'string' || !isDict(schema) || !Array.isArray(answers)) {
      return fail('unexpected_param', `Unexpected parameter: ${pyRepr(key)}.`);
    }
    const failure = checkParameter(key, value, schema, answers, options);
    if (failure) return failure;
  }
  for (const [key, answers] of accepted.entries) {
    if (dictGet(given, key) === undefined && !(Array.isArray(answers) && answers.includes(''))) {
      return fail('missing_optional', `Optional parameter ${pyRepr(key)} not provided and not marked as optional.`);
    }
  }
  return null;
}
