import { randomStream } from '@itool/random';
import { dayNumber, isoDate, longDate, weekday } from './calendar.ts';
import { SLOTS, type SlotKind } from './data/slots.ts';
import { type SampledValue, sampleValue } from './sample-value.ts';

const TODAY = dayNumber(2025, 3, 14);
const KINDS = Object.keys(SLOTS) as SlotKind[];

function samples(kind: SlotKind, hard: boolean): SampledValue[] {
  const stream = randomStream(1, kind, String(hard));
  return Array.from({ length: 300 }, () =>
    sampleValue(kind, { stream, hard, today: TODAY, held_out_share: 0, used: new Set() }),
  );
}

describe('calendar', () => {
  it('knows the day, across a leap year', () => {
    expect(weekday(TODAY)).toBe('Friday');
    expect(longDate(dayNumber(2024, 2, 28) + 1)).toBe('February 29, 2024');
    expect(isoDate(dayNumber(2024, 12, 31) + 1)).toBe('2025-01-01');
  });
});

describe('sampleValue', () => {
  it('has an easy phrase for every value and a distractor that differs from it', () => {
    for (const kind of KINDS) {
      for (const hard of [false, true]) {
        const phrases = [...SLOTS[kind].easy, ...(hard ? SLOTS[kind].hard : [])];
        const wanted = phrases.map(({ text }) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!));
        const drawn = samples(kind, hard);
        const unsayable = drawn.filter(({ fields }) => !wanted.some((w) => w.every((field) => field in fields)));
        expect(unsayable).toEqual([]);
        expect(drawn.filter(({ value, fields }) => fields['x'] === String(value))).toEqual([]);
      }
    }
  });

  it('uses every phrase of every kind', () => {
    for (const kind of KINDS) {
      const hard = samples(kind, true);
      const easy = samples(kind, false);
      for (const [phrases, drawn] of [
        [SLOTS[kind].easy, easy],
        [SLOTS[kind].hard, hard],
      ] as const) {
        for (const { text, preface } of phrases) {
          const wanted = [...`${text}${preface ?? ''}`.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!);
          expect(drawn.some(({ fields }) => wanted.every((field) => field in fields))).toBe(true);
        }
      }
    }
  });

  it('words dates relative to today', () => {
    for (const { value, fields } of samples('date', true)) {
      const day = dayNumber(...(String(value).split('-').map(Number) as [number, number, number]));
      if (fields['tomorrow'] !== undefined) expect(day - TODAY).toBe(1);
      if (fields['days'] !== undefined) expect(fields['days']).toBe(`${day - TODAY} days`);
      if (fields['weekday'] !== undefined) {
        expect(weekday(day)).toBe(fields['weekday']);
        expect(day - TODAY).toBeLessThanOrEqual(7);
      }
    }
  });

  it('normalises hours, cents, grams and the twelve-hour clock', () => {
    for (const { value, fields } of samples('minutes', true)) {
      const [, hours] = /^(\d+) hours?$/.exec(fields['hours'] ?? '') ?? [];
      if (hours !== undefined) expect(value).toBe(60 * Number(hours));
      const [, whole, rest] = /^(\d+) hours? and (\d+) minutes$/.exec(fields['mixed'] ?? '') ?? [];
      if (whole !== undefined) expect(value).toBe(60 * Number(whole) + Number(rest));
    }
    for (const { value, fields } of samples('price', true)) expect(Number(fields['cents'])).toBe(100 * Number(value));
    for (const { value, fields } of samples('weight', true)) expect(Number(fields['grams']) / 1000).toBe(value);
    const clocks = new Map(samples('time', true).map(({ value, fields }) => [value, fields]));
    expect(clocks.get('12:30')).toMatchObject({ half_day: '12:30 pm', quarter: 'half past 12 pm' });
    expect(clocks.get('11:45')).toMatchObject({ half_day: '11:45 am', quarter: 'quarter to 12 pm' });
    expect(clocks.get('19:15')).toMatchObject({ half_day: '7:15 pm', quarter: 'quarter past 7 pm' });
  });
});
