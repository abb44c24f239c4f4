import type { RandomStream } from '@itool/random';
import type { JsonValue } from '@itool/record';
import { isoDate, longDate, shortDate, weekday } from './calendar.ts';
import type { SlotKind } from './data/slots.ts';
import { SLOTS } from './data/slots.ts';
import { NUMBER_WORDS } from './data/words.ts';
import { drawUnused, NAMES, TITLES } from './names.ts';

/** A value, the surfaces that phrases may print, and the truly equivalent values of the possible answer. */
export type SampledValue = { value: JsonValue; fields: Readonly<Record<string, string>>; acceptable: JsonValue[] };

export type SampleContext = {
  stream: RandomStream;
  hard: boolean;
  /** Day number of the row's `today` line. */
  today: number;
  held_out_share: number;
  /** Names and titles already used in the row. */
  used: Set<string>;
};

/** Leaves out surfaces that a value does not have. */
function surfaces(fields: Record<string, string | false>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((e): e is [string, string] => e[1] !== false));
}

function one(value: JsonValue, fields: Record<string, string | false>): SampledValue {
  return { value, fields: surfaces(fields), acceptable: [value] };
}

function name(context: SampleContext): string {
  return drawUnused(NAMES, context.stream, context.held_out_share, context.used);
}

/** An integer in [low, high] other than `taken`, for negated distractors. */
function otherInteger(stream: RandomStream, low: number, high: number, taken: number): number {
  const drawn = low + stream.integer(high - low);
  return drawn >= taken ? drawn + 1 : drawn;
}

function permutations(items: readonly string[]): string[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.filter((_, j) => j !== i)).map((rest) => [item, ...rest]));
}

/** Two or three names; every order of the list is the same set of people, so every order is acceptable. */
function sampleMembers(context: SampleContext): SampledValue {
  const three = context.hard && context.stream.uniform() < 0.5;
  const people = Array.from({ length: three ? 3 : 2 }, () => name(context));
  const [a, b, c] = people;
  const fields: Record<string, string> = three
    ? { three: `${a}, ${b} and ${c}` }
    : { two: `${a} and ${b}`, x: name(context) };
  return { value: people, fields, acceptable: permutations(people) };
}

function sampleDate({ stream, hard, today }: SampleContext): SampledValue {
  const offset = hard ? 1 + stream.integer(14) : stream.uniform() < 0.1 ? 0 : 1 + stream.integer(60);
  const day = today + offset;
  return one(isoDate(day), {
    iso: isoDate(day),
    long: longDate(day),
    short: shortDate(day),
    today: offset === 0 && 'today',
    tomorrow: offset === 1 && 'tomorrow',
    days: offset > 1 && offset <= 10 && `${offset} days`,
    weekday: offset >= 1 && offset <= 7 && weekday(day),
    x: isoDate(today + otherInteger(stream, 1, 30, offset)),
  });
}

function pad(n: number): string {
  return String(n).padStart(2, '0');
}

function halfDay(hour: number, minute: number): string {
  const clock = ((hour + 11) % 12) + 1;
  return `${clock}${minute === 0 ? '' : `:${pad(minute)}`} ${hour < 12 ? 'am' : 'pm'}`;
}

function sampleTime({ stream, hard }: SampleContext): SampledValue {
  const hour = 7 + stream.integer(15);
  const minute = hard ? 15 * stream.integer(4) : 5 * stream.integer(12);
  const near = [
    '',
    `quarter past ${halfDay(hour, 0)}`,
    `half past ${halfDay(hour, 0)}`,
    `quarter to ${halfDay(hour + 1, 0)}`,
  ];
  return one(`${pad(hour)}:${pad(minute)}`, {
    clock: `${pad(hour)}:${pad(minute)}`,
    half_day: halfDay(hour, minute),
    quarter: minute !== 0 && minute % 15 === 0 && near[minute / 15]!,
    x: halfDay(otherInteger(stream, 7, 21, hour), minute),
  });
}

function sampleMinutes({ stream, hard }: SampleContext): SampledValue {
  const n = hard ? 30 * (1 + stream.integer(8)) : 5 * (2 + stream.integer(23));
  const whole = Math.floor(n / 60);
  const hours = `${whole} ${whole === 1 ? 'hour' : 'hours'}`;
  return one(n, {
    n: String(n),
    hours: n % 60 === 0 ? hours : n === 30 && 'half an hour',
    mixed: n > 60 && n % 60 !== 0 && `${hours} and ${n % 60} minutes`,
    x: String(5 * otherInteger(stream, 2, 24, n / 5)),
  });
}

/** Counts of 2 to 9; `a couple of` and `a dozen` only in hard requests. */
function sampleCount({ stream, hard }: SampleContext): SampledValue {
  const n = hard && stream.uniform() < 0.3 ? stream.pick([2, 12]) : 2 + stream.integer(8);
  return one(n, {
    n: String(n),
    word: NUMBER_WORDS[n]!,
    group: n === 2 ? 'couple of' : n === 12 && 'dozen',
    weeks: n === 7 && 'a week',
    x: String(otherInteger(stream, 2, 12, n)),
  });
}

function sampleNights(context: SampleContext): SampledValue {
  if (context.hard && context.stream.uniform() < 0.3) {
    const weeks = 1 + context.stream.integer(3);
    return one(7 * weeks, { weeks: weeks === 1 ? 'a week' : `${NUMBER_WORDS[weeks]!} weeks` });
  }
  return sampleCount(context);
}

function samplePrice({ stream }: SampleContext): SampledValue {
  const n = 11 + stream.integer(88);
  const other = otherInteger(stream, 11, 98, n);
  const pair = stream.uniform() < 0.5 ? `${n} or ${other}` : `${other} or ${n}`;
  return one(n, {
    n: String(n),
    x: String(other),
    cheap_pair: n < other && pair,
    dear_pair: n > other && pair,
    cents: `${n}00`,
  });
}

function sampleWeight({ stream }: SampleContext): SampledValue {
  const tenths = 10 * (1 + stream.integer(9)) + 1 + stream.integer(9);
  const otherTenths = otherInteger(stream, 10, 99, tenths);
  return one(tenths / 10, { n: String(tenths / 10), grams: `${tenths}00`, x: String(otherTenths / 10) });
}

function sampleEnum(values: readonly string[], words: readonly string[], { stream }: SampleContext): SampledValue {
  const i = stream.integer(values.length);
  const j = otherInteger(stream, 0, values.length - 1, i);
  const fields: Record<string, string | false> = { v: values[i]!, x: values[j]! };
  if (words.length > 0) {
    fields['lowest'] = i === 0 && words[0]!;
    fields['middle'] = i === 1 && words[1]!;
    fields['highest'] = i === 2 && words[2]!;
  }
  return one(values[i]!, fields);
}

function sampleUrgent({ stream }: SampleContext): SampledValue {
  const urgent = stream.uniform() < 0.5;
  return one(urgent, {
    yes: urgent && 'urgent',
    no: !urgent && 'not urgent',
    hurry: urgent && 'a hurry',
    calm: !urgent && 'any hurry',
  });
}

/** Draws a value of the kind with all its surfaces; `{v}` is the value and `{x}` a distractor of the same kind. */
export function sampleValue(kind: SlotKind, context: SampleContext): SampledValue {
  switch (kind) {
    case 'city':
    case 'origin':
    case 'destination':
    case 'person': {
      const value = name(context);
      return one(value, { v: value, x: name(context) });
    }
    case 'title': {
      const { stream, held_out_share, used } = context;
      const value = drawUnused(TITLES, stream, held_out_share, used);
      return one(value, { v: value, x: drawUnused(TITLES, stream, held_out_share, used) });
    }
    case 'members':
      return sampleMembers(context);
    case 'date':
      return sampleDate(context);
    case 'time':
      return sampleTime(context);
    case 'minutes':
      return sampleMinutes(context);
    case 'guests':
    case 'quantity':
      return sampleCount(context);
    case 'nights':
      return sampleNights(context);
    case 'price':
      return samplePrice(context);
    case 'weight':
      return sampleWeight(context);
    case 'grade':
      return sampleEnum(SLOTS.grade.enum!, ['lowest', 'middle', 'highest'], context);
    case 'size':
      return sampleEnum(SLOTS.size.enum!, ['smallest', 'middle', 'biggest'], context);
    case 'unit':
      return sampleEnum(SLOTS.unit.enum!, [], context);
    case 'urgent':
      return sampleUrgent(context);
  }
}
