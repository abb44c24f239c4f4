/** Category of a row id: everything before the last `_` (`live_simple_3-1-0` is of `live_simple`). */
export function categoryOf(id: string): string {
  const end = id.lastIndexOf('_');
  return end < 0 ? id : id.slice(0, end);
}

/** Category without the suffix `_seen` or `_unseen` that a held-out split of our own data adds. */
export function baseCategory(category: string): string {
  return category.replace(/_(?:un)?seen$/, '');
}

/** Whether a category asks only if there is a call: irrelevance, live_irrelevance, live_relevance. */
export function isRelevanceCategory(category: string): boolean {
  return baseCategory(category).endsWith('relevance');
}

export type Checker = 'simple' | 'multiple' | 'parallel';

/** Checker of an AST category, chosen by its name as in specification 4.1. */
export function checkerOf(category: string): Checker {
  if (category.includes('parallel')) return 'parallel';
  return category.includes('multiple') ? 'multiple' : 'simple';
}
