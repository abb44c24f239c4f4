import { parseCalls } from '@itool/tool-call';
import { countPrecision, isOnTrack } from './pair-precision.ts';

describe('isOnTrack', () => {
  const target = parseCalls('[f(a=1, b=2)]');
  const refusal = parseCalls('No tool fits.');

  it.each([
    ['[f(a=1,', '', true],
    ['[f(a=2,', '', false],
    ['[f(a=1)', '', false],
    ['[f(a=1, b=2)', '', true],
    ['[f(a=1, b=2), f(', '', true],
    ['[f(a=1, b=2), f(a=1,', '', false],
    ['[f(a=1)]', 'end', false],
    ['[f(b=2, a=1)]', 'end', true],
    ['[f(a=1, b=2)]', 'length', false],
    ['[g', '', true],
    ['No tool', '', false],
    ['No tool fits.', 'end', false],
  ])('%s (%s) against a call: %s', (response, reason, expected) => {
    expect(isOnTrack(response, reason, target)).toBe(expected);
  });

  it.each([
    ['No tool', '', true],
    ['Sorry.', 'end', true],
    ['[f(a=1,', '', false],
    ['[f(a=1)]', 'end', false],
  ])('%s (%s) against prose: %s', (response, reason, expected) => {
    expect(isOnTrack(response, reason, refusal)).toBe(expected);
  });
});

describe('countPrecision', () => {
  it('counts each of the four cases', () => {
    const pair = (chosen_on_track: boolean, rejected_on_track: boolean) => ({ chosen_on_track, rejected_on_track });
    expect(
      countPrecision([pair(true, false), pair(true, false), pair(false, true), pair(true, true), pair(false, false)]),
    ).toEqual({ precise: 2, inverted: 1, both: 1, neither: 1 });
  });
});
