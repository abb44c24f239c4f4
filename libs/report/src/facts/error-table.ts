import type { ModelScores } from '../report-data.ts';

/** The seven error types in the paper's order (Appendix A, Figure 3; specs/itool.md 13.2). */
export const ERROR_CLASSES = [
  'code_syntax',
  'tools_count',
  'tool_name',
  'parameter_count',
  'parameter_name',
  'parameter_value',
  'other',
] as const;

export type ErrorTable = {
  models: string[];
  /** Counts per model in the order of `models`. */
  classes: { error_class: string; counts: number[] }[];
  /** Failing cases per model. */
  failing: number[];
};

/** Failing cases by error class and model; classes outside the taxonomy follow it in name order. */
export function errorTable(scores: readonly ModelScores[]): ErrorTable {
  const found = new Set(scores.flatMap((model) => Object.keys(model.error_classes)));
  for (const known of ERROR_CLASSES) found.delete(known);
  const names: string[] = [...ERROR_CLASSES, ...[...found].sort()];
  const classes = names.map((error_class) => ({
    error_class,
    counts: scores.map((model) => model.error_classes[error_class] ?? 0),
  }));
  const failing = scores.map((_, i) => classes.reduce((sum, row) => sum + row.counts[i]!, 0));
  return { models: scores.map((model) => model.label), classes, failing };
}

/** `parameter_value` as people read it. */
export function errorClassLabel(error_class: string): string {
  const words = error_class.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
