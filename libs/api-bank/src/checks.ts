import { type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import type { Check } from './api.ts';
import { asDict, item, remove, text } from './py-access.ts';
import { PyError } from './py-error.ts';
import { pyStrip } from './py-text.ts';
import { normaliseTime, sameTime, type TimeFormat } from './py-time.ts';

/** `response[key] == target[key]`. */
export function same(response: PyDict, target: PyDict, key: string): boolean {
  return pyEqual(item(response, key), item(target, key));
}

/** The value of an input parameter. */
export function inputOf(record: PyDict, parameter: string): PyValue {
  return item(item(record, 'input'), parameter);
}

export function sameInput(response: PyDict, target: PyDict, parameter: string): boolean {
  return pyEqual(inputOf(response, parameter), inputOf(target, parameter));
}

export const sameOutcome: Check = (response, target) =>
  same(response, target, 'output') && same(response, target, 'exception');

/** Input, output and exception equal. */
export const sameRecord: Check = (response, target) => same(response, target, 'input') && sameOutcome(response, target);

export const lower = (value: PyValue) => text(value, 'lower').toLowerCase();
export const strip = (value: PyValue) => pyStrip(text(value));
export const stripLower = (value: PyValue) => pyStrip(text(value)).toLowerCase();
export const upperStrip = (value: PyValue) => pyStrip(text(value, 'upper').toUpperCase());

/** Equal after a normalisation of the input parameter. */
export function sameBy(
  response: PyDict,
  target: PyDict,
  parameter: string,
  normalise: (value: PyValue) => string,
): boolean {
  return normalise(inputOf(response, parameter)) === normalise(inputOf(target, parameter));
}

export function sameMoment(response: PyDict, target: PyDict, parameter: string, format: TimeFormat): boolean {
  const moment = (record: PyDict) => normaliseTime(text(inputOf(record, parameter)), format);
  return sameTime(moment(response), moment(target));
}

/** More than half of the distinct words, split at single spaces, are in both texts. */
function overlaps(a: string, b: string): boolean {
  const left = new Set(a.split(' '));
  const right = new Set(b.split(' '));
  let shared = 0;
  for (const word of left) if (right.has(word)) shared++;
  return shared / (left.size + right.size - shared) > 0.5;
}

export function similarInput(
  response: PyDict,
  target: PyDict,
  parameter: string,
  read: (value: PyValue) => string = (value) => text(value, 'split'),
): boolean {
  return overlaps(read(inputOf(response, parameter)), read(inputOf(target, parameter)));
}

export function assertSameName(response: PyDict, target: PyDict): void {
  if (!same(response, target, 'api_name')) throw new PyError('AssertionError', 'The API name is not correct.');
}

/** Deletions: when both succeed only `time` counts. DeleteMeeting has no `time`, so two successes raise KeyError there. */
export const sameDeletion: Check = (response, target) => {
  if (pyEqual(item(target, 'output'), 'success') && pyEqual(item(response, 'output'), 'success')) {
    return sameInput(response, target, 'time');
  }
  return sameOutcome(response, target);
};

/** Removes a parameter of the input in place, which is why a target can be checked only once. */
export function dropInput(record: PyDict, parameter: string): void {
  remove(asDict(item(record, 'input')), parameter);
}
