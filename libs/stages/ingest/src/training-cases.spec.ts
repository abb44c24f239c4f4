import { generateTraining } from '@itool/dataset-synthetic';
import type { DialogueRow } from '@itool/record';
import { trainingCases } from './training-cases.ts';

const row = (tools: string[], target: string): DialogueRow => ({
  row_id: target,
  source: 's',
  family: 'f',
  tools: tools.map((name) => ({ name, parameters: { type: 'dict', properties: {} } })),
  tools_text: '',
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: target },
  ],
});

describe('trainingCases', () => {
  it('sorts rows into categories by their tools and calls, and skips what is no call of a listed tool', () => {
    const rows = [
      row(['a'], '[a(x=1)]'),
      row(['a', 'b'], '[b(x=["u", {"k": 2}])]'),
      row(['a'], 'Which one?'),
      row(['a'], '[c(x=1)]'),
      row(['a'], '[a(x=1), a(x=2)]'),
      row(['a', 'b'], '[a(), b()]'),
      row(['a'], '[a(x=3)]'),
      row(['a'], '[a(x=4)]'),
    ];
    const cases = trainingCases(rows, 5);
    expect(cases.map(({ category, questions }) => [category, questions.length])).toEqual([
      ['multiple_training', 1],
      ['parallel_multiple_training', 1],
      ['parallel_training', 1],
      ['simple_python_training', 2],
    ]);
    expect(cases[0]!.answers).toEqual([
      { id: 'multiple_training_0', ground_truth: [{ b: { x: [['u', { k: [2] }]] } }] },
    ]);
    expect(cases[3]!.answers[1]).toEqual({ id: 'simple_python_training_1', ground_truth: [{ a: { x: [3] } }] });
    expect(cases[3]!.questions[0]).toEqual({
      id: 'simple_python_training_0',
      question: [[{ role: 'user', content: 'q' }]],
      function: [{ name: 'a', description: '', parameters: { type: 'dict', properties: {} } }],
    });
  });

  it('takes as many rows as there are', () => {
    const rows = generateTraining({ seed: 1, rows: 20, family_weights: { simple: 1, irrelevance: 1 } });
    const calls = rows.filter((r) => r.family === 'simple').length;
    expect(trainingCases(rows, 100)[0]!.questions).toHaveLength(calls);
    expect(calls).toBeLessThan(20);
  });
});
