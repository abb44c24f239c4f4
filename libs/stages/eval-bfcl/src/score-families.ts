import type { Case } from '@itool/bfcl-eval';

export type Category = { category: string; family: string; split: 'seen' | 'unseen'; rows: number };

export type Tally = { correct: number; total: number };

/** Rows right and in all per family, on tools seen and unseen in training. */
export function scoreFamilies(
  categories: readonly Category[],
  cases: readonly Pick<Case, 'category' | 'valid'>[],
): Record<string, { seen: Tally | null; unseen: Tally | null }> {
  const families: Record<string, { seen: Tally | null; unseen: Tally | null }> = {};
  for (const { category, family, split } of categories) {
    const rows = cases.filter((row) => row.category === category);
    families[family] ??= { seen: null, unseen: null };
    const sum = families[family][split] ?? { correct: 0, total: 0 };
    families[family][split] = {
      correct: sum.correct + rows.filter((row) => row.valid).length,
      total: sum.total + rows.length,
    };
  }
  return families;
}
