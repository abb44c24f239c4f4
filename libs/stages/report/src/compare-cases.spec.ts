import { compareCases } from './compare-cases.ts';

describe('compareCases', () => {
  it('counts cases that changed, by category and id', () => {
    const cases = (...valid: boolean[]) => valid.map((v, i) => ({ category: 'simple', id: `${i}`, valid: v }));
    const sft = {
      label: 'SFT',
      cases: [...cases(true, true, false, false), { category: 'live', id: '0', valid: true }],
    };
    const ours = {
      label: 'iteration 1',
      cases: [...cases(true, false, true, true), { category: 'other', id: '0', valid: true }],
    };
    expect(compareCases(ours, sft)).toEqual({ label: 'iteration 1', against: 'SFT', gained: 2, lost: 1 });
  });
});
