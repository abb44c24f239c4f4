import type { Comparison } from '@itool/report';

export type JudgedCase = { category: string; id: string; valid: boolean };

/** Cases that one model answers and the other does not; cases that only one of them was given are left out. */
export function compareCases(
  ours: { label: string; cases: readonly JudgedCase[] },
  theirs: { label: string; cases: readonly JudgedCase[] },
): Comparison {
  const key = (entry: JudgedCase): string => JSON.stringify([entry.category, entry.id]);
  const other = new Map(theirs.cases.map((entry) => [key(entry), entry.valid]));
  let gained = 0;
  let lost = 0;
  for (const entry of ours.cases) {
    const valid = other.get(key(entry));
    if (valid === undefined || valid === entry.valid) continue;
    if (entry.valid) gained++;
    else lost++;
  }
  return { label: ours.label, against: theirs.label, gained, lost };
}
