import { type CaseVerdict, scoreCategories } from '@itool/bfcl';

export type Category = { category: string; family: string; split: 'seen' | 'unseen'; rows: number };

export type Case = {
  id: string;
  category: string;
  split: string;
  prompt: string;
  output: string;
  valid: boolean;
  error_type: string | null;
  error: string | null;
  error_class: CaseVerdict['error_class'];
  grade: CaseVerdict['grade'];
};

export type Tally = { correct: number; total: number };

/** Counts per category, family and split, the official aggregates (v3last formula), and errors by class of the taxonomy. */
export function scoreCases(categories: readonly Category[], cases: readonly Case[]) {
  const by_category: Record<string, Tally> = {};
  const families: Record<string, { seen: Tally | null; unseen: Tally | null }> = {};
  const error_classes: Record<string, number> = {};
  for (const { category, family, split } of categories) {
    const rows = cases.filter((row) => row.category === category);
    const tally = { correct: rows.filter((row) => row.valid).length, total: rows.length };
    by_category[category] = tally;
    families[family] ??= { seen: null, unseen: null };
    const sum = families[family][split] ?? { correct: 0, total: 0 };
    families[family][split] = { correct: sum.correct + tally.correct, total: sum.total + tally.total };
  }
  for (const { error_class } of cases)
    if (error_class !== null) error_classes[error_class] = (error_classes[error_class] ?? 0) + 1;
  const { aggregates } = scoreCategories(by_category);
  return {
    categories: by_category,
    families,
    overall: { correct: cases.filter((row) => row.valid).length, total: cases.length },
    aggregates,
    error_classes,
  };
}
