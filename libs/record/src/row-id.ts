import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** First 16 hex digits of sha256 over the canonical JSON of `content`: 64 bits, enough to tell the rows of one corpus apart. */
export function contentId(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 16);
}

/**
 * Gives each row an id made of its content and the ordinal among equal rows (`<hex>-0`, `<hex>-1`, ...), so that adding or
 * moving a row changes no other row's id.
 */
export function assignRowIds<T extends object>(rows: readonly T[]): (T & { row_id: string })[] {
  const seen = new Map<string, number>();
  return rows.map((row) => {
    const id = contentId(row);
    const ordinal = seen.get(id) ?? 0;
    seen.set(id, ordinal + 1);
    return { ...row, row_id: `${id}-${ordinal}` };
  });
}
