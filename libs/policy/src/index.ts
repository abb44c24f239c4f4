export { type EncodedRow, encodeRows, parseTextRow, type TextRow } from './encode-rows.ts';
export { exportGguf } from './export-gguf.ts';
export { METRIC_COLUMNS, type MetricRow, metricRows } from './metric-columns.ts';
export {
  FORMAT_FILES,
  type FormatFiles,
  mergePolicy,
  type Policy,
  type PolicyFormat,
  policyFormat,
  policyFromWeights,
} from './policy.ts';
export { readModelFolder, readPolicy } from './read-policy.ts';
export { SEEN_COLUMNS, type SeenRow, seenRows } from './seen-rows.ts';
export { writePolicy } from './write-policy.ts';
