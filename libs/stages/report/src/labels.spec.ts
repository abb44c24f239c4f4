import { modelLabel } from './labels.ts';

describe('modelLabel', () => {
  it('reads the name of the stage unless a label is given', () => {
    const labels = { 'eval-2': 'second round' };
    expect(['eval-base', 'eval-sft', 'eval-1', 'eval-2', 'eval-mixed'].map((name) => modelLabel(name, labels))).toEqual(
      ['base', 'SFT', 'iteration 1', 'second round', 'mixed'],
    );
  });
});
