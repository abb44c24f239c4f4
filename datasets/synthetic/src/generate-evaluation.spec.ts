import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkCase, loadAnswers, loadQuestions } from '@itool/bfcl';
import type { JsonObject, JsonValue, ToolCall } from '@itool/record';
import { printCalls } from '@itool/tool-call';
import { REFUSAL } from './data/sentences.ts';
import { generateEvaluation } from './generate-evaluation.ts';
import { generateTraining } from './generate-training.ts';
import { isHeldOutValue, isUnseenTool } from './held-out.ts';
import { NAMES } from './names.ts';

const evaluation = generateEvaluation({ seed: 5, rows_per_category: 15 });

type GroundTruth = Record<string, Record<string, JsonValue[]>>[];

/** The first acceptable value of each parameter that is not to be left out. */
function goldCalls(answer: JsonObject): ToolCall[] {
  return (answer['ground_truth'] as GroundTruth).map((call) => {
    const [name, parameters] = Object.entries(call)[0]!;
    const given = Object.entries(parameters).filter(([, values]) => values[0] !== '');
    return { name, arguments: Object.fromEntries(given.map(([key, values]) => [key, values[0]!])) };
  });
}

describe('generateEvaluation', () => {
  it('has every family as a seen and an unseen split, with ids of the category', () => {
    expect(evaluation.map((c) => c.category)).toEqual(
      ['seen', 'unseen'].flatMap((split) =>
        ['simple_python', 'multiple', 'parallel', 'parallel_multiple', 'irrelevance']
          .concat(['live_simple', 'live_multiple', 'live_parallel', 'live_parallel_multiple', 'live_irrelevance'])
          .map((family) => `${family}_${split}`),
      ),
    );
    for (const { category, questions, answers } of evaluation) {
      expect(questions.map((q) => q['id'])).toEqual(Array.from({ length: 15 }, (_, i) => `${category}_${i}`));
      if (answers.length > 0) expect(answers.map((a) => a['id'])).toEqual(questions.map((q) => q['id']));
    }
  });

  it('holds gold answers that the BFCL checker accepts, and no others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'itool-evaluation-'));
    const lines = (values: JsonObject[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
    for (const { category, questions, answers } of evaluation) {
      writeFileSync(join(folder, 'questions'), lines(questions));
      writeFileSync(join(folder, 'answers'), lines(answers));
      const cases = loadQuestions(join(folder, 'questions'));
      const truths = loadAnswers(join(folder, 'answers'));
      cases.forEach((question, i) => {
        const calls = answers[i] === undefined ? [] : goldCalls(answers[i]);
        const check = (modelOutput: string) =>
          checkCase({ category, question, answer: truths[i], modelOutput, strip: 'v4' }).valid;
        const tool = question.tools[0]!.name;
        expect(check(calls.length === 0 ? REFUSAL : printCalls(calls))).toBe(true);
        expect(check(calls.length === 0 ? printCalls([{ name: tool, arguments: {} }]) : REFUSAL)).toBe(false);
        if (calls.length > 0) expect(check(printCalls([...calls, calls[0]!]))).toBe(false);
      });
    }
    rmSync(folder, { recursive: true });
  });

  it('targets only seen tools in one split and only unseen ones in the other', () => {
    for (const { split, questions, answers } of evaluation) {
      for (const answer of answers) {
        for (const call of goldCalls(answer)) expect(isUnseenTool(call.name)).toBe(split === 'unseen');
      }
      if (split === 'seen') {
        const names = questions.flatMap((q) => (q['function'] as { name: string }[]).map((tool) => tool.name));
        expect(names.filter(isUnseenTool)).toEqual([]);
      }
    }
  });

  it('has new requests, with names that training never shows in a good part of them', () => {
    const textOf = (question: JsonObject) =>
      (question['question'] as { role: string; content: string }[][])[0]!.at(-1)!.content;
    const texts = evaluation.flatMap((c) => c.questions.map(textOf));
    const training = generateTraining({ seed: 5, rows: 2000 });
    const trained = new Set(training.map((row) => row.messages.find((m) => m.role === 'user')!.content));
    expect(texts.filter((text) => trained.has(text))).toEqual([]);
    const names = new Set([...NAMES.training, ...NAMES.held_out]);
    const named = texts.map((text) => text.match(/[A-Za-z]+/g)!.filter((word) => names.has(word)));
    const withNames = named.filter((words) => words.length > 0);
    const withNew = withNames.filter((words) => words.some(isHeldOutValue));
    expect(withNew.length / withNames.length).toBeGreaterThan(0.5);
    for (const { questions } of evaluation) expect(new Set(questions.map(textOf)).size).toBe(questions.length);
  });

  it('gives the same bytes for the same seed', () => {
    const again = generateEvaluation({ seed: 5, rows_per_category: 15 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(evaluation));
  });
});
