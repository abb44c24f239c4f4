import type { Message, Tool } from '@itool/record';
import type { PolicyFormat } from './policy.ts';

export type TextRow = { row_id: string; tools: Tool[]; messages: Message[] };

export type EncodedRow = {
  row_id: string;
  ids: number[];
  /** Token ranges that the loss covers: each assistant message with the token that ends it. */
  spans: { start: number; end: number }[];
};

/**
 * Token ids and loss ranges of dialogues. Rows longer than `cutoff_len` are left out and counted, never cut: cutting loses either
 * the question or the answer (specs/itool.md 4).
 */
export function encodeRows(
  format: PolicyFormat,
  rows: readonly TextRow[],
  cutoff_len: number,
): { encoded: EncodedRow[]; too_long: string[] } {
  const encoded: EncodedRow[] = [];
  const too_long: string[] = [];
  for (const { row_id, tools, messages } of rows) {
    const { ids, spans } = format.template.encodeDialogue({ tools, messages });
    if (ids.length > cutoff_len) too_long.push(row_id);
    else encoded.push({ row_id, ids, spans: spans.map(({ start, end }) => ({ start, end })) });
  }
  return { encoded, too_long };
}
