import { formatTime, normaliseTime, parseTime } from './py-time.ts';

describe('parseTime', () => {
  it.each([
    ['2023-1-2 3:04:5', '2023-01-02 03:04:05'],
    ['2023-01-02  \t03:04:05', '2023-01-02 03:04:05'],
    ['2024-02-29 00:00:00', '2024-02-29 00:00:00'],
    ['٢٠٢٣-1-2 03:04:05', '2023-01-02 03:04:05'],
  ])('reads %j', (text, normal) => {
    expect(formatTime(parseTime(text, '%Y-%m-%d %H:%M:%S'), '%Y-%m-%d %H:%M:%S')).toBe(normal);
  });
  it.each([
    ['2023-02-29 00:00:00', 'day is out of range for month'],
    ['2023-01-02 24:00:00', 'does not match format'],
    ['2023-01-02 03:04:60', 'second must be in 0..59'],
    ['0000-01-02 03:04:05', 'year 0 is out of range'],
    ['2023-01-02 03:04', 'does not match format'],
    ['2023-01-02 03:04:05 ', 'unconverted data remains'],
    ['23-01-02 03:04:05', 'does not match format'],
    ['2023-13-02 03:04:05', 'does not match format'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTime(text, '%Y-%m-%d %H:%M:%S')).toThrow(message);
  });
  it('has no 29 February without a year', () => {
    expect(() => parseTime('02-29', '%m-%d')).toThrow('day is out of range for month');
  });
});

describe('normaliseTime', () => {
  it.each([
    [' 2023-1-2 ', '2023-01-02'],
    ['23-1-2', '23-01-02'],
  ])('normalises %j', (text, normal) => {
    expect(normaliseTime(text, '%Y-%m-%d')).toBe(normal);
  });
});
