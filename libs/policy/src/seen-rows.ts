/** Columns of the `seen` table of every stage that makes a model: which rows the model has seen, and for what. */
export const SEEN_COLUMNS = { table: 'utf8', row_id: 'utf8', use: 'utf8' } as const;

export type SeenRow = {
  /** Table that the row is from, by the name of the output. */
  table: string;
  row_id: string;
  /** `dropped`: given to training, which could not use it (too long, no target); the ledger says why. */
  use: 'tokenizer' | 'train' | 'validation' | 'dropped';
};

/** One row per row id in `ids`. */
export function seenRows(
  table: string,
  ids: readonly string[],
  use: 'tokenizer' | 'train' | 'validation',
  dropped: readonly { id: string }[] = [],
): SeenRow[] {
  const unused = new Set(dropped.map(({ id }) => id));
  return ids.map((row_id) => ({ table, row_id, use: unused.has(row_id) ? 'dropped' : use }));
}
