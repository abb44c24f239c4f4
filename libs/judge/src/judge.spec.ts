import {
  confidence,
  createSelfEvaluator,
  type JudgeModel,
  judgePrompt,
  letterLogits,
  letterTokenIds,
} from './index.ts';

const logs = (probabilities: number[]) => probabilities.map((p) => Math.log(p));
const never: JudgeModel = {
  letterLogits: () => Promise.reject(new Error('not asked for')),
  sample: () => Promise.reject(new Error('not asked for')),
};

describe('confidence', () => {
  it('weighs the options renormalised to one', () => {
    // .5 + .02 - .1 - .1 = .32 raw; the four hold .85 of the mass.
    expect(confidence(logs([0.5, 0.2, 0.1, 0.05]))).toBeCloseTo(0.32 / 0.85, 9);
    expect(confidence(logs([0.5, 0.2, 0.1, 0.05]))).toBeCloseTo(0.376470588, 9);
  });

  it('is -0.475 for an uninformative judge and stays within -2 and 1', () => {
    expect(confidence([3, 3, 3, 3])).toBeCloseTo(-0.475, 12);
    expect(confidence([900, 0, 0, 0])).toBeCloseTo(1, 12);
    expect(confidence([0, 0, 0, 900])).toBeCloseTo(-2, 12);
  });
});

describe('letters', () => {
  it('sums the tokens of a letter with and without leading space', () => {
    const ids: Record<string, number[]> = {
      A: [0],
      ' A': [1],
      B: [2],
      ' B': [9, 2],
      C: [3],
      ' C': [3],
      D: [4],
      ' D': [5],
    };
    const letters = letterTokenIds((text) => ids[text]!);
    expect(letters).toEqual([[0, 1], [2], [3], [4, 5]]);
    const row = letterLogits(logs([0.1, 0.2, 0.3, 0.05, 0.1, 0.15]), letters).map(Math.exp);
    [0.3, 0.3, 0.05, 0.25].forEach((p, i) => {
      expect(row[i]).toBeCloseTo(p, 12);
    });
  });
});

describe('judgePrompt', () => {
  it('shows the ground truth before the response, then the four options', () => {
    const [message] = judgePrompt({ ground_truth: '[a(x=1)]', response: '[a(x=' });
    expect(message!.role).toBe('user');
    expect(message!.content).toMatch(
      /\[a\(x=1\)\][\s\S]*\[a\(x=\n[\s\S]*A [\s\S]*part of truth[\s\S]*B [\s\S]*C [\s\S]*D /,
    );
  });
});

describe('createSelfEvaluator', () => {
  const request = (response: string) => ({ ground_truth: 'g', response });

  it('direct: asks once per distinct request, across calls', async () => {
    const asked: number[] = [];
    const model: JudgeModel = {
      ...never,
      letterLogits: async (prompts) => {
        asked.push(prompts.length);
        return prompts.map(({ messages }) => logs(messages[0]!.content.includes('good') ? [1, 0, 0, 0] : [0, 0, 1, 0]));
      },
    };
    const evaluate = createSelfEvaluator(model, { mode: 'direct' });
    expect(await evaluate([request('good'), request('bad'), request('good')])).toEqual([1, -1, 1]);
    expect(await evaluate([request('bad'), request('good 2')])).toEqual([-1, 1]);
    expect(await evaluate([request('bad')])).toEqual([-1]);
    expect(asked).toEqual([2, 1]);
  });

  it('sampled: reads the first option token of each sample and averages those that have one', async () => {
    const streams: unknown[] = [];
    const a = logs([1, 0, 0, 0]);
    const b = logs([0, 1, 0, 0]);
    const answers = [
      [
        { text: ')', letter_logits: a },
        { text: ' (B', letter_logits: b },
        { text: 'A', letter_logits: a },
      ],
      [{ text: 'A', letter_logits: a }],
      [{ text: 'Excellent', letter_logits: a }],
      [],
    ];
    const model: JudgeModel = {
      ...never,
      sample: async (requests) => {
        streams.push(...requests.map((r) => r.stream.slice(0, 1).concat(r.stream.slice(2))));
        return requests.map((r) => (r.messages[0]!.content.includes('mute') ? [] : answers[r.stream[2] as number]!));
      },
    };
    const evaluation = { mode: 'sampled', samples: 4, temperature: 0.6, max_new_tokens: 7 } as const;
    const evaluate = createSelfEvaluator(model, evaluation);
    const values = await evaluate([request('mute'), request('x')]);
    expect(values[0]).toBe(0);
    expect(values[1]).toBeCloseTo((0.1 + 1) / 2, 12);
    expect(streams).toEqual([0, 1, 2, 3, 0, 1, 2, 3].map((k) => ['judge', k]));
  });
});
