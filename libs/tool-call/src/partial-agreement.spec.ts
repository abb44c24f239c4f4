import { parseCalls } from './parse-calls.ts';
import { partialAgreement } from './partial-agreement.ts';

describe('partialAgreement', () => {
  const expected = parseCalls('[f(a=1, b="New York"), g(c=2)]');

  it.each([
    ['', 0, 0, 'nothing is completed'],
    ['[f(', 0, 0, 'a name alone is not completed'],
    ['[f(a=1,', 2, 2, 'name and argument agree'],
    ['[f(a=1, b="x', 2, 2, 'the open argument is not counted'],
    ['[f(a=2,', 2, 1, 'a wrong value'],
    ['[h(a=1,', 2, 0, 'below a wrong name nothing agrees'],
    ['[f(a=1, b="new-york")', 3, 3, 'values under the normalisation of BFCL'],
    ['[f(a=1, z=3)', 3, 2, 'an unknown key'],
    ['[g(c=2),', 2, 2, 'calls in any order'],
    ['[g(c=2), f(a=1,', 4, 4, 'an open call after a closed one'],
    ['[f(a=1, b="New York"), g(c=2), f(a=1, b="New York")', 8, 5, 'a call too many'],
    ['[f(a="x, y",', 2, 1, 'a comma in a string ends nothing'],
    ['f(a=1, b="New York")', 3, 3, 'calls without a list'],
    ['Which city? Please', 0, 0, 'prose has no items'],
  ])('%s has %d items, %d agree: %s', (response, items, agreeing) => {
    expect(partialAgreement(response, expected)).toEqual({ items, agreeing });
  });

  it('finds every call wrong where none is expected', () => {
    expect(partialAgreement('[f(a=1,', parseCalls('No tool fits.'))).toEqual({ items: 2, agreeing: 0 });
  });
});
