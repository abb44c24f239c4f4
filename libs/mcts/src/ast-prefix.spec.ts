import { parseCalls } from '@itool/tool-call';
import { astPrefix } from './ast-prefix.ts';

const credit = (response: string, target: string) => astPrefix(response, parseCalls(target));

describe('astPrefix', () => {
  const target = '[f(a=1, b="New York"), g(c=2)]';

  it.each([
    ['', 0, 'nothing is completed'],
    ['[f(', 0, 'a name alone is not completed'],
    ['[f(a=1,', 0.5, 'name and argument agree'],
    ['[f(a=1, b="x', 0.5, 'the open argument is not counted'],
    ['[f(a=2,', 0, 'one item of two'],
    ['[h(a=1,', -0.5, 'below a wrong name nothing agrees'],
    ['[f(a=1, b="new-york")', 0.5, 'values under the normalisation of BFCL'],
    ['[f(a=1, z=3)', 2 / 3 - 0.5, 'an unknown key disagrees'],
    ['[g(c=2),', 0.5, 'calls in any order'],
    ['[g(c=2), f(a=1,', 0.5, 'an open call after a closed one'],
    ['[f(a=1, b="New York"), g(c=2), f(a=1, b="New York")', 1 - 3 / 8 - 0.5, 'a call too many disagrees whole'],
    ['[f(a="x, y",', 0, 'a comma in a string ends nothing'],
    ['f(a=1, b="New York")', 0.5, 'calls without a list'],
    ['Which city? Please', 0, 'prose has no items'],
  ])('%s is %d: %s', (response, expected) => {
    expect(credit(response, target)).toBeCloseTo(expected, 12);
  });

  it('finds every call wrong where the ground truth has none', () => {
    expect(credit('[f(a=1,', 'No tool fits.')).toBe(-0.5);
    expect(credit('No tool', 'No tool fits.')).toBe(0);
  });
});
