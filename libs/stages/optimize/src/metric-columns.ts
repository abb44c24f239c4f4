/** Columns of the `metrics` table of a preference update; names as trl logs them. */
export const METRIC_COLUMNS = {
  phase: 'utf8',
  epoch: 'float64',
  global_step: 'int32',
  loss: 'float64',
  learning_rate: 'float64?',
  grad_norm: 'float64?',
  'rewards/chosen': 'float64',
  'rewards/rejected': 'float64',
  'rewards/accuracies': 'float64',
  'rewards/margins': 'float64',
  'logps/chosen': 'float64',
  'logps/rejected': 'float64',
} as const;
