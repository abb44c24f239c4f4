import type { StageFacts } from '../report-data.ts';
import { parameterTable } from './parameter-table.ts';

const stage = (name: string, kind: string, params: StageFacts['params']): StageFacts => ({
  name,
  kind,
  iteration: null,
  needs: {},
  params,
  amounts: {},
});

describe('parameterTable', () => {
  it('joins equal values and sets the paper beside the run', () => {
    const [optimize] = parameterTable([
      stage('optimize-1', 'optimize', { loss: { kind: 'simpo', beta: 2.5 }, learning_rate: 4e-4 }),
      stage('optimize-2', 'optimize', { loss: { kind: 'simpo', beta: 2 }, learning_rate: 4e-4 }),
    ]);
    expect(optimize?.rows[1]?.values).toEqual([
      { stages: ['optimize-1'], value: 2.5, paper: { value: 2.5, source: 'v1 Table 6' }, differs: false },
      { stages: ['optimize-2'], value: 2, paper: { value: 2.5, source: 'v1 Table 6' }, differs: true },
    ]);
    expect(optimize?.rows[2]?.values).toEqual([
      {
        stages: ['optimize-1', 'optimize-2'],
        value: 4e-4,
        paper: { value: 1e-6, source: 'v1 Table 6' },
        differs: true,
      },
    ]);
  });

  it('takes the learning rate of the tier', () => {
    const [sft] = parameterTable([
      stage('sft-easy', 'sft', { tier: 'easy', learning_rate: 5e-5 }),
      stage('sft-hard', 'sft', { tier: 'hard', learning_rate: 5e-5 }),
    ]);
    const rates = sft?.rows.find((row) => row.path === 'learning_rate')?.values;
    expect(rates?.map((value) => [value.stages, value.paper?.value, value.differs])).toEqual([
      [['sft-easy'], 5e-5, false],
      [['sft-hard'], 1e-5, true],
    ]);
  });

  it('flattens nested parameters and says nothing where the paper says nothing', () => {
    const [base] = parameterTable([stage('base', 'base', { model: { hidden_size: 64, layers: [1, 2] } })]);
    expect(base?.rows.map((row) => [row.path, row.values[0]?.value, row.values[0]?.paper])).toEqual([
      ['model.hidden_size', 64, null],
      ['model.layers', [1, 2], null],
    ]);
  });
});
