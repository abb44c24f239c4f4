import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@itool/artifact';
import { collectOutputs, makeInputs } from '@itool/stage';
import { stage } from './index.ts';
import { paramsSchema } from './params.ts';

const TEXT = { row_id: 'utf8', tools: 'utf8', messages: 'utf8' } as const;
const row = (row_id: string, question: string) => ({
  row_id,
  tools: JSON.stringify([{ name: 'find', parameters: { type: 'dict', properties: { x: { type: 'integer' } } } }]),
  messages: JSON.stringify([
    { role: 'user', content: question },
    { role: 'assistant', content: '[find(x=1)]' },
  ]),
});

describe('base', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-base-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = async (pretraining: object) => {
    const store = openStore(join(folder, 'store'));
    const ingest = collectOutputs(store);
    ingest.outputs.table('rows', TEXT, [row('a', 'one'), row('b', 'two'), row('c', 'x '.repeat(80)), row('d', 'four')]);
    ingest.outputs.table('pretraining', TEXT, [row('p', 'exercise')]);
    const split = collectOutputs(store);
    const sides = ['a', 'b', 'c', 'd'].map((row_id) => ({ row_id, side: row_id === 'd' ? 'validation' : 'train' }));
    split.outputs.table('sides', { row_id: 'utf8', side: 'utf8' }, sides);
    const role = (name: string, made: typeof ingest) => ({
      role: name,
      list: false,
      stages: [{ stage: name, manifest: made.manifest() }],
    });
    const out = collectOutputs(store);
    const params = paramsSchema.parse({
      tokenizer: { vocab_size: 280, rows: 2 },
      model: {
        hidden_size: 8,
        intermediate_size: 8,
        num_hidden_layers: 1,
        num_attention_heads: 1,
        num_key_value_heads: 1,
        max_position_embeddings: 64,
      },
      pretraining: { num_train_epochs: 1, learning_rate: 0.01, train_batch_size: 1, ...pretraining },
    });
    const totals: (number | undefined)[] = [];
    await stage.run({
      params,
      iteration: 0,
      definitions: [],
      inputs: makeInputs(store, [role('rows', ingest), role('split', split)]),
      out: out.outputs,
      progress: ({ total }) => {
        totals.push(total);
        return { tick: () => {}, finish: () => {} };
      },
      log: () => {},
      scratch: folder,
      workspace: folder,
    });
    const made = makeInputs(store, [role('base', out)]);
    type Ledger = { rows: number; dropped: unknown[]; updates: number; tokens_masked: number };
    return { ledger: made.json<Ledger>('base', 'ledger'), totals, names: made.stage('base').names };
  };

  it('trains on the exercises, on their answers alone', async () => {
    const { ledger, names } = await run({});
    expect(ledger).toMatchObject({ rows: 1, dropped: [], updates: 1 });
    expect(ledger.tokens_masked).toBeGreaterThan(0);
    expect(names).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
  });

  it('trains on the text of the train side, leaving out and counting what does not fit', async () => {
    const { ledger, totals } = await run({ corpus: 'dialogues', prompt_weight: 1 });
    expect(ledger).toMatchObject({ rows: 3, updates: 2, tokens_masked: 0 });
    expect(ledger.dropped).toMatchObject([{ id: 'c', reason: 'too_long' }]);
    expect(totals).toEqual([2]);
  });
});
