import { bytesText, durationText } from './quantities.ts';
import { textTable } from './text-table.ts';

describe('textTable', () => {
  it('pads columns and leaves no blanks at the end', () => {
    expect(
      textTable(
        [
          ['a', '1', 'x'],
          ['long', '23', ''],
        ],
        [1],
      ),
    ).toBe('a      1  x\nlong  23\n');
  });
});

describe('quantities', () => {
  it('writes durations', () => {
    expect([420, 12_340, 245_000, 7_620_000].map(durationText)).toEqual([
      '0.42 s',
      '12.3 s',
      '4 min 05 s',
      '2 h 07 min',
    ]);
  });

  it('writes sizes', () => {
    expect([0, 999, 1500, 999_600, 3_424_000, 5e12].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.50 kB',
      '1.00 MB',
      '3.42 MB',
      '5.00 TB',
    ]);
  });
});
