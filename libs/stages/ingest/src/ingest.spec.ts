import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, putBytes } from '@itool/artifact';
import { collectOutputs, makeInputs } from '@itool/stage';
import { stage } from './index.ts';
import { paramsSchema } from './params.ts';

const SHAREGPT = JSON.stringify([
  {
    conversations: [
      { from: 'human', value: 'Hi' },
      { from: 'gpt', value: 'Hello' },
    ],
    tools: '[]',
  },
  { conversations: [{ from: 'human', value: 'Hi' }], tools: '[]' },
]);
const QUESTIONS = ['a_0', 'a_1', 'a_2'].map((id) => `{"id":"${id}","question":[[]],"function":[]}\n`).join('');
const ANSWERS = ['a_0', 'a_1', 'a_2'].map((id) => `{"id": "${id}", "ground_truth": [{"f": {"x": [1.0]}}]}\n`).join('');

describe('ingest', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-ingest-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = async (params: object, files: Record<string, string> = {}) => {
    const store = openStore(join(folder, 'store'));
    const outputs = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, { format: 'jsonl', ...putBytes(store, Buffer.from(text)) }]),
    );
    const inputs = makeInputs(store, [
      { role: 'files', list: false, stages: [{ stage: 'import', manifest: { outputs } }] },
    ]);
    const collected = collectOutputs(store);
    const progress = () => ({ tick: () => {}, finish: () => {} });
    const context = {
      iteration: 0,
      definitions: [],
      inputs,
      out: collected.outputs,
      progress,
      log: () => {},
      scratch: folder,
      workspace: folder,
    };
    await stage.run({ ...context, params: paramsSchema.parse(params) });
    const manifest = collected.manifest();
    const read = makeInputs(store, [{ role: 'made', list: false, stages: [{ stage: 'ingest', manifest }] }]);
    return { manifest, read, facts: collected.facts() };
  };

  it('writes the tables and the evaluation files of the synthetic corpus', async () => {
    const params = {
      synthetic: {
        training: { seed: 1, rows: 50 },
        pretraining: { seed: 2, rows: 10 },
        evaluation: { seed: 3, rows_per_category: 2 },
      },
    };
    const { manifest, read } = await run(params);
    expect(manifest.outputs['rows']!.rows).toBe(50);
    expect(manifest.outputs['pretraining']!.rows).toBe(10);
    const [row] = await read.rows<Record<string, string>>('made', 'rows');
    expect(row!['target']).toBe((JSON.parse(row!['messages']!) as { content: string }[]).at(-1)!.content);
    const categories = read.json<{ category: string; rows: number }[]>('made', 'categories');
    expect(categories).toHaveLength(20);
    for (const { category, rows } of categories) {
      expect(read.text('made', `eval/${category}.questions`).split('\n')).toHaveLength(rows + 1);
      expect(read.has('made', `eval/${category}.answers`)).toBe(!category.includes('irrelevance'));
    }
    expect((await run(params)).manifest).toEqual(manifest);
  });

  it('takes rows of imported files and counts what it leaves out', async () => {
    const source = { file: 'chat', format: 'sharegpt' };
    const { read } = await run({ sources: { talk: source } }, { chat: SHAREGPT });
    expect(await read.rows('made', 'rows')).toMatchObject([{ source: 'talk', family: 'sharegpt', target: 'Hello' }]);
    expect(await read.rows('made', 'dropped')).toEqual([{ source: 'talk', reason: 'no assistant turn', count: 1 }]);
  });

  it('takes the same part of a benchmark file each time and keeps its lines', async () => {
    const bfcl = { live_simple: { questions: 'q', answers: 'a', rows: 2 } };
    const { read } = await run({ bfcl }, { q: QUESTIONS, a: ANSWERS });
    const answers = read.text('made', 'eval/live_simple.answers').trimEnd().split('\n');
    expect(answers).toHaveLength(2);
    for (const line of answers) expect(ANSWERS).toContain(line);
    expect(read.json('made', 'categories')).toEqual([
      { category: 'live_simple', family: 'live_simple', split: 'unseen', rows: 2 },
    ]);
    await expect(run({ bfcl }, { q: QUESTIONS, a: '{"id":"a_0","ground_truth":[]}\n' })).rejects.toThrow('no answer');
    await expect(run({ bfcl }, { q: '{"id":', a: ANSWERS })).rejects.toThrow('live_simple.questions:1');
  });

  it('makes evaluation cases of training rows', async () => {
    const training = { seed: 1, rows: 6, family_weights: { parallel: 1 } };
    const { read } = await run({ synthetic: { training }, evaluation_from_training: { rows: 4 } });
    expect(read.json('made', 'categories')).toEqual([
      { category: 'parallel_training', family: 'training', split: 'seen', rows: 4 },
    ]);
    expect(read.text('made', 'eval/parallel_training.answers').trimEnd().split('\n')).toHaveLength(4);
  });

  it('refuses unknown parameters', () => {
    expect(paramsSchema.safeParse({ syntetic: {} }).success).toBe(false);
    expect(paramsSchema.safeParse({ synthetic: { training: { seed: 1, rows: 1, row: 2 } } }).success).toBe(false);
  });
});
