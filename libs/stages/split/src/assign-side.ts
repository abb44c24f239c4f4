import { chooseByHash } from '@itool/random';
import { contentId, type Message } from '@itool/record';
import type { Params } from './params.ts';

export type Side = { row_id: string; side: 'train' | 'validation'; in_buffer: boolean };

/**
 * Side of one row, from the row alone: adding or removing other rows moves none. Rows that share tools and first user turn
 * hash alike and so land on the same side, which keeps near-copies out of the validation set (specs/itool.md 2.6).
 */
export function assignSide(
  row: { row_id: string; family: string; tools_text: string; messages: Message[] },
  params: Params,
): Side {
  const { seed, train_share, buffer_share } = params;
  const group = contentId([row.tools_text, row.messages.find((message) => message.role === 'user')?.content ?? '']);
  const train = chooseByHash(group, { seed, name: 'split', share: train_share });
  const share = Math.min(1, buffer_share / train_share);
  const in_buffer =
    train && !params.outside_buffer.includes(row.family) && chooseByHash(row.row_id, { seed, name: 'buffer', share });
  return { row_id: row.row_id, side: train ? 'train' : 'validation', in_buffer };
}
