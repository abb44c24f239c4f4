import { assignSide } from './assign-side.ts';
import { paramsSchema } from './params.ts';

const params = paramsSchema.parse({});
const row = (i: number, family = 'simple') => ({
  row_id: `id-${i}`,
  family,
  tools_text: `[${i}]`,
  messages: [{ role: 'user' as const, content: `question ${i}` }],
});

describe('assignSide', () => {
  const sides = Array.from({ length: 4000 }, (_, i) => assignSide(row(i), params));

  it('takes about 90 % for training and 50 % of all rows for the buffer', () => {
    expect(sides.filter((s) => s.side === 'train').length / 4000).toBeCloseTo(0.9, 1);
    expect(Math.abs(sides.filter((s) => s.in_buffer).length / 4000 - 0.5)).toBeLessThan(0.03);
  });

  it('never puts a validation row into the buffer', () => {
    expect(sides.some((s) => s.in_buffer && s.side === 'validation')).toBe(false);
  });

  it('keeps rows with the same tools and question together', () => {
    for (let i = 0; i < 200; i++)
      expect(assignSide({ ...row(i), row_id: 'other' }, params).side).toBe(assignSide(row(i), params).side);
  });

  it('keeps judge rows out of the buffer', () => {
    expect(Array.from({ length: 500 }, (_, i) => assignSide(row(i, 'judge'), params)).some((s) => s.in_buffer)).toBe(
      false,
    );
  });
});
