import { formatAmount, formatCount, formatFixed, formatPercent, formatValue } from './format-number.ts';

describe('number formats', () => {
  it('groups counts from five digits on', () => {
    expect(formatCount(0)).toBe('0');
    expect(formatCount(1234)).toBe('1234');
    expect(formatCount(12345)).toBe('12\u202f345');
    expect(formatCount(-1234567)).toBe('\u22121\u202f234\u202f567');
  });

  it('writes percent and fixed decimals', () => {
    expect(formatPercent(0.61849)).toBe('61.8');
    expect(formatPercent(1)).toBe('100.0');
    expect(formatFixed(-0.5, 2)).toBe('\u22120.50');
    expect(formatFixed(-0.001, 2)).toBe('0.00');
  });

  it('keeps three significant digits and powers of ten', () => {
    expect(formatValue(0.00005)).toBe('5e\u22125');
    expect(formatValue(0.000125)).toBe('1.25e\u22124');
    expect(formatValue(0.002)).toBe('0.002');
    expect(formatValue(2.5)).toBe('2.5');
    expect(formatValue(0.98765)).toBe('0.988');
    expect(formatValue(64)).toBe('64');
    expect(formatValue(0)).toBe('0');
    expect(formatValue(-0.5)).toBe('\u22120.5');
  });

  it('writes amounts with a prefix', () => {
    expect(formatAmount(4.8123e12)).toBe('4.81\u202fT');
    expect(formatAmount(999_900)).toBe('1.00\u202fM');
    expect(formatAmount(640)).toBe('640');
  });
});
