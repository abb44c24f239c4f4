import type { ExpectedPyType } from './language.ts';
import { pyStr } from './py-format.ts';
import { pyRepr } from './py-repr.ts';
import { dictGet, isDict, isTuple, type PyType, type PyValue, pyIncludes, pyType } from './py-value.ts';

/** A failed check: official type name and the (first) official message. */
export type CheckFailure = { error_type: string; error: string };

/** How strings are compared; the benchmark uses `standardizeString`. */
export type StringForm = (text: string) => string;

/** Documented type of a parameter as Python type, with the element type for array and tuple. */
export type ExpectedType = { documented: string; type: ExpectedPyType; inner?: ExpectedPyType };

/** Fails also where the official code would raise: such an answer cannot be matched. */
function elementsOf(value: PyValue): PyValue[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  if (isDict(value)) return value.entries.map(([key]) => key);
  return isTuple(value) ? value.items : [];
}

/** Type of the first acceptable value that is not the optional mark `""`. */
function answerType(answers: readonly PyValue[]): PyType | undefined {
  const answer = answers.find((item) => item !== '');
  return answer === undefined ? undefined : pyType(answer);
}

export function typeMessage(parameter: string, value: PyValue, documented: string): string {
  return `Incorrect type for parameter ${pyRepr(parameter)}. Expected type ${documented}, got ${pyType(value)}. Parameter value: ${pyRepr(value)}.`;
}

/**
 * Type check of 4.3. `variable` says that the answer's type differs from the documented one, so that the value stands for a
 * variable and is compared as it is.
 */
export function checkType(
  parameter: string,
  value: PyValue,
  answers: readonly PyValue[],
  expected: ExpectedType,
): CheckFailure | { variable: boolean } {
  const answer = answerType(answers);
  const type = pyType(value);
  if (type === expected.type) {
    const variable = answer !== undefined && answer !== expected.type;
    const inner = expected.inner;
    if (inner === undefined) return { variable };
    // The original names the inner type by its Python class, also as documented type of the elements.
    const element: ExpectedType = { documented: `<class '${inner}'>`, type: inner };
    const fits = answers.some(
      (item) =>
        !Array.isArray(item) ||
        elementsOf(value).every((member) => 'variable' in checkType(parameter, member, item, element)),
    );
    if (fits) return { variable };
    const error = `Nested type checking failed for parameter ${pyRepr(parameter)}. Expected outer type ${expected.documented} with inner type <class '${inner}'>. Parameter value: ${pyRepr(value)}.`;
    return { error_type: answer === type ? 'type_error:nested' : 'type_error:simple', error };
  }
  if (answer !== undefined && type === answer) return { variable: true };
  return { error_type: 'type_error:simple', error: typeMessage(parameter, value, expected.documented) };
}

function standardized(values: readonly PyValue[], form: StringForm): PyValue[] {
  return values.map((value) => (typeof value === 'string' ? form(value) : value));
}

function valueFailure(error_type: string, error: string): CheckFailure {
  return { error_type: `value_error:${error_type}`, error };
}

function unexpectedValue(parameter: PyValue, value: PyValue, accepted: readonly PyValue[]): string {
  return `Invalid value for parameter ${pyRepr(parameter)}: ${pyRepr(value)}. Expected one of ${pyRepr([...accepted])}.`;
}

export function checkString(
  parameter: string,
  value: string,
  answers: readonly PyValue[],
  form: StringForm,
): CheckFailure | null {
  const accepted = answers.filter((answer) => typeof answer === 'string').map(form);
  return accepted.includes(form(value))
    ? null
    : valueFailure('string', `${unexpectedValue(parameter, value, answers)} Case insensitive.`);
}

/** The whole list equals one acceptable list in order; the optional mark `""` counts as an empty list. */
export function checkList(
  parameter: string,
  value: readonly PyValue[],
  answers: readonly PyValue[],
  form: StringForm,
): CheckFailure | null {
  const accepted = answers.map((answer) => standardized(elementsOf(answer), form));
  if (pyIncludes(accepted, standardized(value, form))) return null;
  return valueFailure('list/tuple', unexpectedValue(parameter, [...value], answers));
}

/** Whether the acceptable values of a key say that it may be missing; for a bare text the original tests a substring. */
function mayBeMissing(accepted: PyValue): boolean {
  return typeof accepted === 'string' || elementsOf(accepted).includes('');
}

/** Dict check of 4.7. The error of the last usable answer is reported. */
export function checkDict(
  parameter: string,
  value: PyValue,
  answers: readonly PyValue[],
  form: StringForm,
): CheckFailure | null {
  let failure: CheckFailure = { error_type: 'dict_checker:unclear', error: `parameter ${parameter}: no usable answer` };
  for (const answer of answers) {
    if (answer === '') continue;
    failure = { error_type: 'dict_checker:unclear', error: `parameter ${parameter}: answer or value is no dict` };
    if (!isDict(answer) || !isDict(value)) continue;
    let found: CheckFailure | null = null;
    for (const [key, member] of value.entries) {
      const accepted = dictGet(answer, key);
      if (accepted === undefined) found = valueFailure('dict_key', `Unexpected dict key parameter: '${pyStr(key)}'.`);
      else {
        const values = standardized(elementsOf(accepted), form);
        if (!pyIncludes(values, standardized([member], form)[0]!)) {
          found = valueFailure('dict_value', unexpectedValue(key, member, values));
        }
      }
      if (found) break;
    }
    const missing = answer.entries.find(
      ([key, accepted]) => dictGet(value, key) === undefined && !mayBeMissing(accepted),
    );
    // The original appends this message to that of an unexpected key or value, which stays the first.
    if (missing)
      found = valueFailure('dict_key', found?.error ?? `Missing dict key parameter: '${pyStr(missing[0])}'.`);
    if (!found) return null;
    failure = found;
  }
  return failure;
}

/** List-of-dicts check of 4.8: same length, then dict by dict in order. The error of the last answer is reported. */
export function checkDictList(
  parameter: string,
  value: readonly PyValue[],
  answers: readonly PyValue[],
  form: StringForm,
): CheckFailure | null {
  let failure: CheckFailure | null = {
    error_type: 'list_dict_checker:unclear',
    error: `parameter ${parameter}: no usable answer`,
  };
  for (const answer of answers) {
    const dicts = elementsOf(answer);
    if (dicts.length !== value.length) {
      failure = valueFailure('list_dict_count', 'Wrong number of dictionaries in the list.');
      continue;
    }
    failure = null;
    for (const [i, dict] of value.entries()) {
      failure = checkDict(parameter, dict, [dicts[i]!], form);
      if (failure) break;
    }
    if (!failure) return null;
  }
  return failure;
}

export function checkMembership(parameter: string, value: PyValue, answers: readonly PyValue[]): CheckFailure | null {
  return pyIncludes(answers, value) ? null : valueFailure('others', unexpectedValue(parameter, value, answers));
}
