import type { FailingCase, OptimizeRun, ReportData } from '../report-data.ts';
import { type ErrorTable, errorTable } from './error-table.ts';
import { type ComparedModels, findings } from './findings.ts';
import { PAPER_NOTE, PAPER_RESULTS, type PaperResult } from './paper-results.ts';
import { type ParameterGroup, parameterTable } from './parameter-table.ts';
import { NLL_EDGES, type PerplexityHistogram, perplexityHistogram } from './perplexity-histogram.ts';
import { type ScoreTable, scoreTable } from './score-table.ts';
import { signTest } from './sign-test.ts';
import { type Point, type TrainingCurve, thin, trainingCurve } from './training-curves.ts';

export type OptimizeCurve = {
  stage: string;
  iteration: number;
  summary: OptimizeRun['summary'];
  updates: number;
  /** Points by phase: `train` and `validation`. */
  loss: Record<string, Point[]>;
  margins: Record<string, Point[]>;
  accuracies: Record<string, Point[]>;
};

/** What the three forms of a report say: the data with everything that is computed from it. */
export type ReportFacts = Pick<
  ReportData,
  'title' | 'pipeline' | 'stages' | 'tiers' | 'split' | 'dropped' | 'categories' | 'tree' | 'pairs' | 'summaries'
> & {
  schema: 'itool.report/1';
  findings: string[];
  parameters: ParameterGroup[];
  training: TrainingCurve[];
  optimize: OptimizeCurve[];
  perplexity_edges: readonly number[];
  perplexity: ({ stage: string; iteration: number } & PerplexityHistogram)[];
  scores: ScoreTable;
  aggregates: { label: string; aggregates: ReportData['scores'][number]['aggregates'] }[];
  decoding: { label: string; decoding: ReportData['scores'][number]['decoding'] }[];
  /** Failing cases of the model that was evaluated last. */
  failing_cases: { label: string; cases: FailingCase[] };
  comparisons: ComparedModels[];
  errors: ErrorTable;
  api_bank: NonNullable<ReportData['api_bank']>;
  paper: { note: string; results: readonly PaperResult[] };
};

/** Computes every derived number of a report once, so that HTML, Markdown and JSON cannot disagree. */
export function reportFacts(data: ReportData): ReportFacts {
  const scores = scoreTable(data.scores);
  const errors = errorTable(data.scores);
  const comparisons = data.comparisons.map((entry) => ({ ...entry, p_value: signTest(entry.gained, entry.lost) }));
  return {
    schema: 'itool.report/1',
    title: data.title,
    pipeline: data.pipeline,
    findings: findings({ scores, errors, comparisons, pairs: data.pairs }),
    stages: data.stages,
    parameters: parameterTable(data.stages),
    dropped: data.dropped,
    categories: data.categories,
    split: data.split,
    tiers: data.tiers,
    training: data.training.map(trainingCurve),
    perplexity_edges: NLL_EDGES,
    perplexity: data.perplexity.map(({ stage, iteration, rows }) => ({
      stage,
      iteration,
      ...perplexityHistogram(rows),
    })),
    tree: data.tree,
    pairs: data.pairs,
    summaries: data.summaries,
    optimize: data.optimize.map(optimizeCurve),
    scores,
    aggregates: data.scores.map(({ label, aggregates }) => ({ label, aggregates })),
    decoding: data.scores.map(({ label, decoding }) => ({ label, decoding })),
    failing_cases: { label: data.scores.at(-1)?.label ?? '', cases: data.scores.at(-1)?.failing_cases ?? [] },
    comparisons,
    errors,
    api_bank: data.api_bank ?? [],
    paper: { note: PAPER_NOTE, results: PAPER_RESULTS },
  };
}

function optimizeCurve(run: OptimizeRun): OptimizeCurve {
  const points = (phase: string, column: 'loss' | 'rewards/margins' | 'rewards/accuracies'): Point[] =>
    thin(
      run.metrics
        .filter((metric) => metric.phase === phase)
        .flatMap((metric): Point[] => {
          const value = metric[column];
          return value === null ? [] : [[metric.global_step, value]];
        }),
    );
  const both = (column: 'loss' | 'rewards/margins' | 'rewards/accuracies'): Record<string, Point[]> => ({
    train: points('train', column),
    validation: points('validation', column),
  });
  return {
    stage: run.stage,
    iteration: run.iteration,
    summary: run.summary,
    updates: run.metrics.reduce((most, metric) => Math.max(most, metric.global_step), 0),
    loss: both('loss'),
    margins: both('rewards/margins'),
    accuracies: both('rewards/accuracies'),
  };
}
