export { buildReport, type Report } from './build-report.ts';
export { type PairOfTree, pickTree } from './facts/pick-tree.ts';
export type {
  Comparison,
  FailingCase,
  ModelScores,
  OptimizeMetric,
  OptimizeRun,
  PairFacts,
  PerplexityRun,
  ReportData,
  Score,
  SearchTree,
  StageFacts,
  StageSummary,
  TrainingMetric,
  TrainingRun,
  TreeNode,
} from './report-data.ts';
