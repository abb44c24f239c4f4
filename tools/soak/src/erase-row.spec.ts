import { differentRows, eraseRow, type PipelineHere, pipelineHere } from './erase-row.ts';

/** Smaller than the smoke pipeline, so that it runs several times in seconds. */
const TINY = {
  stages: {
    ingest: {
      params: {
        synthetic: {
          training: { seed: 42, rows: 48 },
          pretraining: { seed: 43, rows: 24 },
          evaluation: { seed: 44, rows_per_category: 1 },
        },
      },
    },
    base: {
      params: {
        tokenizer: { vocab_size: 300, rows: 20 },
        model: { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 1 },
      },
    },
  },
  iteration: {
    stages: {
      rank: { params: { max_prompts: 4 } },
      mine: { params: { max_completion_tokens: 24 } },
      eval: { params: { max_new_tokens: 8 } },
    },
  },
};

describe('lineage of a row, against a run without it', () => {
  let pipeline: PipelineHere;
  beforeAll(() => {
    pipeline = pipelineHere('smoke', TINY);
  });
  afterAll(() => pipeline.remove());

  it('names every artifact and every row that changes', async () => {
    const before = await pipeline.run([]);
    const kinds = differentRows(before);
    const rows = [...kinds.values()];
    const chosen = [rows[0]!, kinds.get('seen by no model') ?? rows.at(-1)!];
    for (const row of new Set(chosen)) {
      const erasure = await eraseRow(pipeline, before, row);
      expect({ row, unforeseen: erasure.unforeseen, rows: erasure.unforeseenRows }).toEqual({
        row,
        unforeseen: [],
        rows: [],
      });
      expect(erasure.named).toContain('ingest/rows');
      expect(erasure.unchanged.length).toBeLessThan(erasure.named.length);
    }
  }, 300_000);
});
