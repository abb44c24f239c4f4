import { type PyValue, pyRepr, pyType } from '@itool/bfcl';
import { PyError } from './py-error.ts';

/** Date and time as one number that orders like Python's datetime; `date` is `[year, month, day]`. */
export type Moment = { order: number; date: readonly [number, number, number] };

const FORMATS = {
  '%Y-%m-%d': /^(\d{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\d|0[1-9]|[1-9]| [1-9])/,
  '%Y-%m-%d %H:%M:%S':
    /^(\d{4})-(1[0-2]|0[1-9]|[1-9])-(3[01]|[12]\d|0[1-9]|[1-9]| [1-9])\s+(2[0-3]|[01]\d|\d):([0-5]\d|\d):(6[01]|[0-5]\d|\d)/,
} as const;

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Python `datetime.strptime(text, format)` for the two formats in use, with its errors. */
export function parseMoment(text: PyValue, format: keyof typeof FORMATS): Moment {
  if (typeof text !== 'string') {
    throw new PyError('TypeError', `strptime() argument 1 must be str, not ${text === null ? 'None' : pyType(text)}`);
  }
  const found = FORMATS[format].exec(text);
  if (!found) throw new PyError('ValueError', `time data ${pyRepr(text)} does not match format '${format}'`);
  if (found[0].length < text.length) {
    throw new PyError('ValueError', `unconverted data remains: ${text.slice(found[0].length)}`);
  }
  const [year, month, day, hour = 0, minute = 0, second = 0] = found.slice(1).map(Number) as [number, number, number];
  if (year < 1) throw new PyError('ValueError', `year ${year} is out of range`);
  if (day > daysInMonth(year, month)) throw new PyError('ValueError', 'day is out of range for month');
  if (second > 59) throw new PyError('ValueError', 'second must be in 0..59');
  const days = (year * 12 + month - 1) * 31 + day - 1;
  return { order: ((days * 24 + hour) * 60 + minute) * 60 + second, date: [year, month, day] };
}

/** `YYYY-MM-DD HH:MM:SS` of a number of seconds since 1970 in UTC. */
export function printMoment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}
