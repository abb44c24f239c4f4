import { worstCases } from './worst-cases.ts';

it('shows the first failing cases of each error type, most frequent first', () => {
  const one = (id: string, error_type: string | null) => ({
    id,
    category: 'simple',
    valid: error_type === null,
    prompt: `prompt ${id}`,
    output: `output ${id}`,
    expected: `expected ${id}`,
    error_type,
    error: error_type && `message ${id}`,
  });
  const shown = worstCases([one('a', 'x'), one('b', 'y'), one('c', null), one('d', 'y'), one('e', 'y')], 2);
  expect(shown.map(({ error_type, count, id }) => [error_type, count, id])).toEqual([
    ['y', 3, 'b'],
    ['y', 3, 'd'],
    ['x', 1, 'a'],
  ]);
  expect(shown[0]).toMatchObject({
    prompt: 'prompt b',
    output: 'output b',
    expected: 'expected b',
    error: 'message b',
  });
});
