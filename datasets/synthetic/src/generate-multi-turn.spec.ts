import { type BfclQuestion, fromJson, type PyDict } from '@itool/bfcl';
import { checkMultiTurn } from '@itool/bfcl-multi-turn';
import { generateMultiTurnEvaluation, generateMultiTurnTraining } from './generate-multi-turn.ts';

const config = { seed: 3, rows: 40 };
const categories = generateMultiTurnEvaluation(config);
const training = generateMultiTurnTraining({ ...config, rows: 200 });

describe('the multi-turn family', () => {
  it('is a function of its configuration', () => {
    expect(generateMultiTurnEvaluation(config)).toEqual(categories);
    expect(generateMultiTurnTraining({ ...config, rows: 20 })).toEqual(training.slice(0, 20));
  });
  it('has ground truths that pass as replies, call by call, and fail without a call', () => {
    for (const { questions, answers, category } of categories) {
      expect(questions).toHaveLength(40);
      questions.forEach((row, i) => {
        const question = {
          id: row['id'] as string,
          involved_classes: row['involved_classes'] as string[],
          initial_config: fromJson(row['initial_config']!) as PyDict,
        } satisfies Partial<BfclQuestion>;
        const ground_truth = answers[i]!['ground_truth'] as string[][];
        const judge = (model_result: string[][]) =>
          checkMultiTurn({
            question,
            answer: { ground_truth },
            model_result,
            mode: 'prompt',
            strip: 'v4',
            today: [2025, 1, 1],
          });
        const replies = ground_truth.map((calls) => [...calls.map((call) => `[${call}]`), 'Done.']);
        expect([category, row['id'], judge(replies).error_message]).toEqual([category, row['id'], null]);
        expect(judge(replies.map(() => ['Done.'])).valid).toBe(false);
      });
    }
  });
  it('ends training turns with a text and shows results of the simulated API', () => {
    for (const { messages } of training) {
      expect(messages.at(-1)).toEqual({ role: 'assistant', content: 'Done.' });
      expect(
        messages
          .filter(({ role }) => role === 'tool')
          .map(({ content }) => content)
          .join(),
      ).not.toContain('Error during');
    }
  });
  it('keeps unseen classes and evaluation requests out of training', () => {
    const shown = new Set(training.flatMap(({ tools }) => tools.map(({ name }) => name)));
    const unseen = categories.find(({ split }) => split === 'unseen')!;
    const names = unseen.questions.flatMap((row) => (row['function'] as { name: string }[]).map(({ name }) => name));
    expect(names.filter((name) => shown.has(name))).toEqual([]);
    const asked = (turns: readonly { content: string }[]) => turns.map(({ content }) => content).join('\n');
    const trained = new Set(training.map(({ messages }) => asked(messages.filter(({ role }) => role === 'user'))));
    for (const { questions } of categories) {
      for (const row of questions) {
        expect(trained.has(asked((row['question'] as { content: string }[][]).flat()))).toBe(false);
      }
    }
  });
});
