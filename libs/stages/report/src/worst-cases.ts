import type { FailingCase } from '@itool/report';

export type FullCase = {
  id: string;
  category: string;
  valid: boolean;
  prompt?: string;
  output?: string;
  expected?: string;
  error_type?: string | null;
  error?: string | null;
};

/** The first failing cases of each error type, most frequent type first; `count` says how many there are of it. */
export function worstCases(cases: readonly FullCase[], of_each: number): FailingCase[] {
  const by_type = new Map<string, FullCase[]>();
  for (const one of cases) {
    if (one.valid) continue;
    const type = one.error_type ?? 'unknown';
    by_type.set(type, [...(by_type.get(type) ?? []), one]);
  }
  return [...by_type]
    .sort(([a, more], [b, fewer]) => fewer.length - more.length || (a < b ? -1 : 1))
    .flatMap(([error_type, failing]) =>
      failing.slice(0, of_each).map(({ id, category, prompt = '', output = '', expected = '', error }) => ({
        ...{ error_type, count: failing.length, id, category, prompt, output, expected },
        error: error ?? '',
      })),
    );
}
