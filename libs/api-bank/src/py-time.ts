import { PyError } from './py-error.ts';
import { asciiDigits, isSpace, pyStrip, pyZfill } from './py-text.ts';

export type TimeFormat = '%Y-%m-%d %H:%M:%S' | '%Y-%m-%d' | '%m-%d';

/** Calendar fields; what the format does not name is that of 1900-01-01 00:00:00, as in Python. */
export type Moment = { year: number; month: number; day: number; hour: number; minute: number; second: number };

/** Patterns of `_strptime`, tried at the position and longest alternative first; `\d` takes digits of any script there. */
const DIRECTIVES: Readonly<Record<string, [field: keyof Moment, pattern: RegExp]>> = {
  Y: ['year', /\p{Nd}{4}/uy],
  m: ['month', /1[0-2]|0[1-9]|[1-9]/y],
  d: ['day', /3[0-1]|[1-2]\p{Nd}|0[1-9]|[1-9]| [1-9]/uy],
  H: ['hour', /2[0-3]|[0-1]\p{Nd}|\p{Nd}/uy],
  M: ['minute', /[0-5]\p{Nd}|\p{Nd}/uy],
  S: ['second', /6[0-1]|[0-5]\p{Nd}|\p{Nd}/uy],
};

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS[month - 1]!;
}

/**
 * `datetime.strptime(text, format)`: fields need not be padded, the year has four digits, white space in the format stands for any
 * run of it. Throws ValueError. No directive can give back characters that a later one needs: a separator always follows.
 */
export function parseTime(text: string, format: TimeFormat): Moment {
  const moment: Moment = { year: 1900, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
  let at = 0;
  const mismatch = (): never => {
    throw new PyError('ValueError', `time data '${text}' does not match format '${format}'`);
  };
  for (let i = 0; i < format.length; i++) {
    const char = format[i]!;
    if (char === '%') {
      const [field, pattern] = DIRECTIVES[format[++i]!]!;
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0] ?? mismatch();
      moment[field] = Number(asciiDigits(found));
      at += found.length;
    } else if (char === ' ') {
      if (!isSpace(text[at] ?? '')) mismatch();
      while (isSpace(text[at] ?? '')) at++;
    } else if (text[at++] !== char) mismatch();
  }
  if (at < text.length) throw new PyError('ValueError', `unconverted data remains: ${text.slice(at)}`);
  if (moment.year < 1) throw new PyError('ValueError', `year ${moment.year} is out of range`);
  if (moment.day > daysIn(moment.year, moment.month)) {
    throw new PyError('ValueError', 'day is out of range for month');
  }
  if (moment.second > 59) throw new PyError('ValueError', 'second must be in 0..59');
  return moment;
}

const padded = (value: number) => String(value).padStart(2, '0');

/** `strftime`; `%Y` is not padded below the year 1000, as the C library of Linux has it. */
export function formatTime(moment: Moment, format: TimeFormat): string {
  const day = `${padded(moment.month)}-${padded(moment.day)}`;
  if (format === '%m-%d') return day;
  const date = `${moment.year}-${day}`;
  if (format === '%Y-%m-%d') return date;
  return `${date} ${padded(moment.hour)}:${padded(moment.minute)}:${padded(moment.second)}`;
}

/** Strips the text and pads the year to four digits when there are exactly three parts. */
export function padYear(text: string): string {
  const parts = pyStrip(text).split('-');
  if (parts.length === 3) parts[0] = pyZfill(parts[0]!, 4);
  return parts.join('-');
}

/** The normal form that the checks compare, or the error that stands in its place. */
export function normaliseTime(text: string, format: TimeFormat): string | PyError {
  try {
    return formatTime(parseTime(padYear(text), format), format);
  } catch (error) {
    if (error instanceof PyError) return error;
    throw error;
  }
}

/** Equal normal forms. Two errors are never equal, so equal texts that are no dates differ. */
export function sameTime(a: string | PyError, b: string | PyError): boolean {
  return typeof a === 'string' && a === b;
}

/** Milliseconds since 1970 in a calendar without time zones, for comparing. */
export function instant(moment: Moment): number {
  const { year, month, day, hour, minute, second } = moment;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.setUTCHours(hour, minute, second, 0);
}
