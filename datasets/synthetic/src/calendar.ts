import { MONTHS, WEEKDAYS } from './data/words.ts';

/** Days since 1970-01-01 of a proleptic Gregorian date; no clock and no time zone takes part. */
export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** `2025-03-14` of a day number. */
export function isoDate(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** `Friday` of a day number. */
export function weekday(day: number): string {
  return WEEKDAYS[(day + 4) % 7]!;
}

/** `March 14, 2025` of a day number. */
export function longDate(day: number): string {
  return `${shortDate(day)}, ${isoDate(day).slice(0, 4)}`;
}

/** `March 14` of a day number. */
export function shortDate(day: number): string {
  const iso = isoDate(day);
  return `${MONTHS[Number(iso.slice(5, 7)) - 1]!} ${Number(iso.slice(8, 10))}`;
}
