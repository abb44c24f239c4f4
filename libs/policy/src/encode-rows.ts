import type { Message, Tool } from '@itool/record';
import type { PolicyFormat } from './policy.ts';

export type TextRow = { row_id: string; tools: Tool[]; messages: Message[] };

export type EncodedRow = {
  row_id: string;
  ids: number[];
  /** 1 for the tokens of every assistant message and the token that ends it, 0 for all else (specs/itool.md 4). */
  loss_mask: Uint8Array;
  /** First token of the last assistant message: the target turn. */
  target_start: number;
};

/** Token ids and loss mask of dialogues, whole: what does not fit a model's context is left to the caller to drop and count. */
export function encodeRows(format: PolicyFormat, rows: readonly TextRow[]): EncodedRow[] {
  return rows.map(({ row_id, tools, messages }) => {
    const { ids, spans } = format.template.encodeDialogue({ tools, messages });
    const loss_mask = new Uint8Array(ids.length);
    for (const { start, end } of spans) loss_mask.fill(1, start, end);
    return { row_id, ids, loss_mask, target_start: spans.at(-1)?.start ?? ids.length };
  });
}

/** A row of the `rows` table, its JSON columns parsed. */
export function parseTextRow<R extends { row_id: string; tools: string; messages: string }>(
  row: R,
): Omit<R, 'tools' | 'messages'> & TextRow {
  return { ...row, tools: JSON.parse(row.tools) as Tool[], messages: JSON.parse(row.messages) as Message[] };
}
