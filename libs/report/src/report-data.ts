import type { JsonValue } from '@itool/record';

/** Everything a report is made from: plain values, so that a report can be built without stages, store or Nx. */
export type ReportData = {
  title: string;
  pipeline: string;
  /** In any order that lists a stage after the stages it needs. */
  stages: StageFacts[];
  /** Rows per tier, in the order easy, medium, hard. */
  tiers: { tier: string; rows: number }[];
  split: { side: string; rows: number; in_buffer: number }[];
  /** Rows that were left out, with the reason: by a source while it was read, or by a stage. */
  dropped: { source: string; reason: string; count: number }[];
  categories: { category: string; family: string; split: string; rows: number }[];
  /** Metrics of base and warm-up stages, in execution order. */
  training: TrainingRun[];
  /** Metrics of the preference updates, in iteration order. */
  optimize: OptimizeRun[];
  perplexity: PerplexityRun[];
  /** One search tree, chosen by `pickTree`; null when nothing was searched. */
  tree: SearchTree | null;
  pairs: PairFacts[];
  /** What stages of the iterations say about their own results. */
  summaries: { rank: StageSummary[]; mine: StageSummary[]; filter: StageSummary[] };
  /** In the order base, SFT, iteration 1..n. */
  scores: ModelScores[];
  /** Case-by-case differences of two models that answered the same cases. */
  comparisons: Comparison[];
  /** API-Bank by model, in the order of `scores`; absent when no model was evaluated on it. */
  api_bank?: ApiBankScores[];
};

export type StageFacts = {
  name: string;
  kind: string;
  /** Iteration number of an iteration stage, else null. */
  iteration: number | null;
  /** Stage names by role. */
  needs: Record<string, string[]>;
  params: Record<string, JsonValue>;
  /** Deterministic amounts of work (flops, tokens, rows) by name; never times or host facts. */
  amounts: Record<string, number>;
};

export type TrainingMetric = {
  phase: string;
  epoch: number;
  global_step: number;
  loss: number;
  learning_rate: number | null;
  grad_norm: number | null;
  tokens: number | null;
};

export type TrainingRun = { stage: string; label: string; metrics: TrainingMetric[] };

export type OptimizeMetric = {
  phase: string;
  epoch: number;
  global_step: number;
  loss: number;
  'rewards/margins': number | null;
  'rewards/accuracies': number | null;
};

export type OptimizeRun = {
  stage: string;
  iteration: number;
  metrics: OptimizeMetric[];
  /** What the stage says about itself: kept step, skipped update and its reason, and so on. */
  summary: Record<string, JsonValue>;
};

export type PerplexityRun = {
  stage: string;
  iteration: number;
  /** `perplexity` null = not finite. */
  rows: { perplexity: number | null; selected: boolean }[];
};

export type TreeNode = {
  node_id: number;
  /** -1 for the root. */
  parent_id: number;
  depth: number;
  child_index: number;
  text: string;
  p: number;
  q_value: number;
  visit_count: number;
  terminal: boolean;
};

export type SearchTree = {
  tree_id: string;
  row_id: string;
  iteration: number;
  prompt: string;
  target: string;
  nodes: TreeNode[];
  pairs: { parent_id: number; chosen_id: number; rejected_id: number; q_chosen: number; q_rejected: number }[];
};

export type PairFacts = {
  stage: string;
  iteration: number;
  /** Candidates by what became of them, in filter order; `kept` is one of the reasons or is counted from `folds`. */
  reasons: { reason: string; count: number }[];
  folds: { fold: string; class: string; count: number }[];
};

export type StageSummary = {
  iteration: number;
  /** Nested objects are shown with dotted names. */
  values: Record<string, JsonValue>;
};

export type Score = { correct: number; total: number };

/** A failing case in full, one of `count` with the same error type. */
export type FailingCase = {
  error_type: string;
  count: number;
  id: string;
  category: string;
  prompt: string;
  output: string;
  expected: string;
  error: string;
};

export type ModelScores = {
  stage: string;
  label: string;
  families: { family: string; seen: Score | null; unseen: Score | null }[];
  /** Failing cases by class of the error taxonomy (specs/itool.md 13.2). */
  error_classes: Record<string, number>;
  /** BFCL's own averages by name, accuracy in 0..1; a category in `missing` was not run and counts as 0 in BFCL's formula. */
  aggregates: Record<string, { accuracy: number; missing: string[] }>;
  decoding: Record<string, JsonValue>;
  /** Failing cases to look at, by error type. */
  failing_cases?: FailingCase[];
};

export type ApiBankScores = {
  stage: string;
  label: string;
  levels: {
    level: string;
    /** Calls right by execution and the official check. */
    correctness: Score;
    /** Calls whose name and parameters equal the recorded ones. */
    names_equal: Score;
    rouge_l: { mean: number; total: number } | null;
    error_classes: Record<string, number>;
  }[];
  /** A few judged calls to look at. */
  cases: { id: string; expected: string; output: string; outcome: string; error_class: string | null }[];
};

export type Comparison = {
  label: string;
  against: string;
  /** Cases right for `label` and wrong for `against`. */
  gained: number;
  lost: number;
};
