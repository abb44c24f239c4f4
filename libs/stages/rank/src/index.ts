import { perplexity, rankRows, rowClass, selectionOverlap } from '@itool/curriculum';
import { scoreTokens } from '@itool/generation';
import { loadModel } from '@itool/nn';
import { encodeRows, parseTextRow, readPolicy } from '@itool/policy';
import type { StageDefinition } from '@itool/stage';
import { backendFingerprint, useBackend } from '@itool/tensor';
import { type Params, paramsSchema } from './params.ts';

type Row = { row_id: string; tools: string; messages: string; target: string };
type Ranked = { row_id: string; selected: boolean };

const COLUMNS = {
  row_id: 'utf8',
  perplexity: 'float64?',
  n_tokens: 'int32',
  class: 'utf8',
  percentile: 'float64',
  selected: 'bool',
} as const;

/** Scores every row of the replay buffer with the latest policy and selects the prompts that are searched (specs/itool.md 5). */
export const stage: StageDefinition<Params> = {
  kind: 'rank',
  params: paramsSchema,
  run: async ({ params, inputs, out, progress, log }) => {
    const backend = await useBackend(params.device);
    log(`backend ${backend.name}: ${backend.reason}`);
    const policy = readPolicy(inputs.stage('policy'));
    const model = loadModel({ config: policy.config, weights: policy.weights, storage: params.weight_storage });
    const sides = await inputs.rows<{ row_id: string; in_buffer: boolean }>('split', 'sides');
    const buffer = new Set(sides.filter((row) => row.in_buffer).map((row) => row.row_id));
    const rows = (await inputs.rows<Row>('rows', 'rows')).filter((row) => buffer.has(row.row_id));
    const target_of = new Map(rows.map((row) => [row.row_id, row.target]));
    const limit = Math.min(params.cutoff_len, policy.config.max_position_embeddings);
    const encoded = encodeRows(policy, rows.map(parseTextRow));
    const fitting = encoded.filter((row) => row.ids.length <= limit);

    const bar = progress({ label: 'rank', total: fitting.length, unit: 'rows' });
    const logprobs = await scoreTokens(model, fitting, {
      max_batch_tokens: params.batch_tokens,
      onRows: (done) => bar.tick(done),
    });
    bar.finish();
    const scored = fitting.map(({ row_id }, i) => {
      const sum = logprobs[i]!.reduce((total, logprob) => total + logprob, 0);
      const n_tokens = logprobs[i]!.length;
      return { row_id, perplexity: perplexity(sum, n_tokens), n_tokens, class: rowClass(target_of.get(row_id)!) };
    });
    const { ranked, skipped } = rankRows(scored, {
      ...params,
      limit: params.max_prompts === null ? undefined : { max_rows: params.max_prompts, seed: params.seed },
    });
    out.table('ranked', COLUMNS, ranked);

    const selected = ranked.filter((row) => row.selected).map((row) => row.row_id);
    // The first iteration has no ranking before it: its role is filled by a stage without that output.
    const before = inputs.has('previous', 'ranked') ? await inputs.rows<Ranked>('previous', 'ranked') : [];
    const overlap = selectionOverlap(
      selected,
      before.filter((row) => row.selected).map((row) => row.row_id),
    );
    const mean = scored.reduce((sum, row) => sum + Math.log(row.perplexity), 0) / Math.max(1, scored.length);
    out.json('summary', {
      rows: ranked.length,
      selected: selected.length,
      too_long: encoded.length - fitting.length,
      not_finite: skipped,
      mean_log_perplexity: Number.isFinite(mean) ? mean : null,
      overlap_with_previous: overlap,
    });
    out.json('ledger', { tokens: fitting.reduce((sum, row) => sum + row.ids.length, 0) });
    out.fact('backend', { ...backendFingerprint() });
    log(`${selected.length} of ${ranked.length} rows selected`);
    model.dispose();
  },
};
