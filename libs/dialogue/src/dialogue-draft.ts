import type { DialogueRow, Message, Tool } from '@itool/record';

/** What a format's reader makes of one record: a dialogue, or the reason why there is none. */
export type Draft = { tools: Tool[]; tools_text: string; messages: Message[]; notes: string[] } | { reason: string };

/** Counts by reason, in the order in which reasons first came up. */
export type Counts = { reason: string; count: number }[];

export type ReadResult = {
  rows: DialogueRow[];
  /** Records left out, by reason. */
  dropped: Counts;
  /** Records kept with a change, by change. */
  notes: Counts;
};

export type ReadOptions = {
  /** Name of the data set, column `source` of the rows; also names the file in errors. */
  source: string;
};

export type FinishedRow = Omit<DialogueRow, 'row_id'>;

/** Cuts a dialogue back to its last assistant turn, the target; a system text that says nothing is left out. */
export function finishDraft(
  draft: Draft,
  source: string,
  family: string,
): { row: FinishedRow; notes: string[] } | string {
  if ('reason' in draft) return draft.reason;
  const last = draft.messages.findLastIndex((message) => message.role === 'assistant');
  if (last < 0) return 'no assistant turn';
  const messages = draft.messages
    .slice(0, last + 1)
    .filter((message) => message.role !== 'system' || message.content.trim() !== '');
  if (!messages.some((message) => message.role === 'user')) return 'no user turn before the answer';
  if (messages[messages.length - 1]!.content.trim() === '') return 'empty answer';
  const cut = last + 1 < draft.messages.length;
  return {
    row: { source, family, tools: draft.tools, tools_text: draft.tools_text, messages },
    notes: cut ? [...draft.notes, 'cut back to the last assistant turn'] : draft.notes,
  };
}
