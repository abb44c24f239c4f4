import type { JsonValue } from '@itool/record';
import type {
  Comparison,
  ModelScores,
  OptimizeMetric,
  PairFacts,
  PerplexityRun,
  ReportData,
  Score,
  SearchTree,
  StageSummary,
  TrainingMetric,
  TrainingRun,
  TreeNode,
} from '@itool/report';
import { pickTree } from '@itool/report';
import type { StageInput, StageInputs } from '@itool/stage';
import { compareCases } from './compare-cases.ts';
import { modelLabel } from './labels.ts';
import { type FullCase, worstCases } from './worst-cases.ts';

const TIERS = ['easy', 'medium', 'hard'];

/** Stages of a role; a pipeline without the role has an empty section. */
function stagesOf(inputs: StageInputs, role: string): StageInput[] {
  return inputs.has(role) ? inputs.stages(role) : [];
}

export async function readData(
  inputs: StageInputs,
): Promise<Pick<ReportData, 'tiers' | 'split' | 'dropped' | 'categories'>> {
  const rows = async <R extends object>(role: string, name: string): Promise<R[]> =>
    inputs.has(role, name) ? inputs.rows<R>(role, name) : [];
  const tiers = await rows<{ tier: string }>('tier', 'tiers');
  const sides = await rows<{ side: string; in_buffer: boolean }>('split', 'sides');
  const dropped = await rows<{ source: string; reason: string; count: number }>('ingest', 'dropped');
  const categories = inputs.has('ingest', 'categories')
    ? inputs.json<ReportData['categories']>('ingest', 'categories')
    : [];
  return {
    tiers:
      tiers.length === 0 ? [] : TIERS.map((tier) => ({ tier, rows: tiers.filter((row) => row.tier === tier).length })),
    split: [...new Set(sides.map((row) => row.side))].sort().map((side) => {
      const members = sides.filter((row) => row.side === side);
      return { side, rows: members.length, in_buffer: members.filter((row) => row.in_buffer).length };
    }),
    dropped: [...dropped.map(({ source, reason, count }) => ({ source, reason, count })), ...unused(inputs)],
    categories: categories.map(({ category, family, split, rows }) => ({ category, family, split, rows })),
  };
}

/** Rows that training could not use and prompts that a model could not answer, by stage. Ledgers name the rows one by one. */
function unused(inputs: StageInputs): ReportData['dropped'] {
  const trained = ['base', 'sft', 'optimize'].flatMap((role) => stagesOf(inputs, role));
  const rows = trained
    .filter((input) => input.has('ledger'))
    .flatMap((input) => {
      const { dropped } = input.json<{ dropped: { reason: string }[] }>('ledger');
      const reasons = [...new Set(dropped.map(({ reason }) => reason))].sort();
      return reasons.map((reason) => ({
        source: input.stage,
        reason: reason.replaceAll('_', ' '),
        count: dropped.filter((row) => row.reason === reason).length,
      }));
    });
  const prompts = stagesOf(inputs, 'evals').map((input) => {
    const { too_long = 0 } = input.json<ScoresFile>('scores');
    return { source: input.stage, reason: 'prompt too long, counted as no answer', count: too_long };
  });
  return [...rows, ...prompts.filter(({ count }) => count > 0)];
}

export async function readTraining(inputs: StageInputs): Promise<TrainingRun[]> {
  const stages = [...stagesOf(inputs, 'base'), ...stagesOf(inputs, 'sft')].filter((input) => input.has('metrics'));
  return Promise.all(
    stages.map(async (input) => ({
      stage: input.stage,
      label: input.stage,
      metrics: await input.rows<TrainingMetric>('metrics'),
    })),
  );
}

export async function readPreference(inputs: StageInputs): Promise<ReportData['optimize']> {
  return Promise.all(
    stagesOf(inputs, 'optimize').map(async (input, i) => ({
      stage: input.stage,
      iteration: i + 1,
      metrics: input.has('metrics') ? await input.rows<OptimizeMetric>('metrics') : [],
      summary: input.has('summary') ? input.json<Record<string, JsonValue>>('summary') : {},
    })),
  );
}

/** JSON output `name` of every stage of a role that has it. */
export function readSummaries(inputs: StageInputs, role: string, name: string): StageSummary[] {
  return stagesOf(inputs, role).flatMap((input, i) =>
    input.has(name) ? [{ iteration: i + 1, values: input.json<Record<string, JsonValue>>(name) }] : [],
  );
}

export async function readPerplexity(inputs: StageInputs): Promise<PerplexityRun[]> {
  return Promise.all(
    stagesOf(inputs, 'rank').map(async (input, i) => ({
      stage: input.stage,
      iteration: i + 1,
      rows: await input.rows<{ perplexity: number | null; selected: boolean }>('ranked'),
    })),
  );
}

type Pair = {
  tree_id: string;
  row_id: string;
  parent_id: number;
  chosen_id: number;
  rejected_id: number;
  q_chosen: number;
  q_rejected: number;
  class: string;
  fold: string;
};

/** Pair counts of every iteration, and the tree that the report shows. */
export async function readPairs(inputs: StageInputs): Promise<{ pairs: PairFacts[]; tree: SearchTree | null }> {
  const filters = await Promise.all(
    stagesOf(inputs, 'filter').map(async (input, i) => ({
      stage: input.stage,
      iteration: i + 1,
      reasons: await input.rows<{ reason: string; count: number }>('reasons'),
      pairs: await input.rows<Pair>('pairs_arrow'),
    })),
  );
  const picked = pickTree(filters.flatMap(({ iteration, pairs }) => pairs.map((pair) => ({ ...pair, iteration }))));
  const miner = picked === null ? undefined : stagesOf(inputs, 'mine')[picked.iteration - 1];
  const pairs = filters.map(({ stage, iteration, reasons, pairs: kept }) => ({
    stage,
    iteration,
    reasons: reasons.map(({ reason, count }) => ({ reason, count })),
    folds: countFolds(kept),
  }));
  if (picked === null || miner === undefined) return { pairs, tree: null };
  const ofTree = filters[picked.iteration - 1]!.pairs.filter((pair) => pair.tree_id === picked.tree_id);
  return { pairs, tree: await readTree(miner, picked, ofTree) };
}

function countFolds(pairs: readonly Pair[]): PairFacts['folds'] {
  const counts = new Map<string, PairFacts['folds'][number]>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.fold, pair.class]);
    const entry = counts.get(key) ?? { fold: pair.fold, class: pair.class, count: 0 };
    counts.set(key, { ...entry, count: entry.count + 1 });
  }
  return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

async function readTree(
  miner: StageInput,
  { tree_id, iteration }: { tree_id: string; iteration: number },
  pairs: readonly Pair[],
): Promise<SearchTree | null> {
  const prompts = await miner.rows<{ tree_id: string; row_id: string; prompt: string; target: string }>('prompts');
  const root = prompts.find((row) => row.tree_id === tree_id);
  if (root === undefined) return null;
  const nodes = (await miner.rows<TreeNode & { tree_id: string }>('nodes')).filter((node) => node.tree_id === tree_id);
  return {
    tree_id,
    row_id: root.row_id,
    iteration,
    prompt: root.prompt,
    target: root.target,
    nodes: nodes.map(({ node_id, parent_id, depth, child_index, text, p, q_value, visit_count, terminal }) => ({
      node_id,
      parent_id,
      depth,
      child_index,
      text,
      p,
      q_value,
      visit_count,
      terminal,
    })),
    pairs: pairs.map(({ parent_id, chosen_id, rejected_id, q_chosen, q_rejected }) => ({
      parent_id,
      chosen_id,
      rejected_id,
      q_chosen,
      q_rejected,
    })),
  };
}

type ScoresFile = {
  too_long?: number;
  families: Record<string, { seen?: Score | null; unseen?: Score | null }>;
  aggregates?: ModelScores['aggregates'];
  error_classes?: ModelScores['error_classes'];
  decoding?: ModelScores['decoding'];
};

/** Scores in the order of the role `evals`: base, SFT, iterations. SFT is compared with base, every iteration with SFT. */
export async function readScores(
  inputs: StageInputs,
  labels: Readonly<Record<string, string>>,
): Promise<{ scores: ModelScores[]; comparisons: Comparison[] }> {
  const models = await Promise.all(
    stagesOf(inputs, 'evals').map(async (input) => {
      const { families, aggregates = {}, error_classes = {}, decoding = {} } = input.json<ScoresFile>('scores');
      const entries = Object.entries(families);
      return {
        stage: input.stage,
        label: modelLabel(input.stage, labels),
        families: entries.map(([family, { seen, unseen }]) => ({ family, seen: seen ?? null, unseen: unseen ?? null })),
        aggregates,
        error_classes,
        decoding,
        cases: await input.rows<FullCase>('cases'),
      };
    }),
  );
  const comparisons = models.slice(1).map((model, i) => compareCases(model, models[i === 0 ? 0 : 1]!));
  const scores = models.map(({ cases, ...rest }) => ({ ...rest, failing_cases: worstCases(cases, 2) }));
  return { scores, comparisons };
}
