import type { Message } from '@itool/record';
import type { StageDefinition } from '@itool/stage';
import { assignSide } from './assign-side.ts';
import { type Params, paramsSchema } from './params.ts';

/** Train and validation side of every row and membership of the replay buffer, fixed for the whole run. */
export const stage: StageDefinition<Params> = {
  kind: 'split',
  params: paramsSchema,
  device: 'none',
  run: async ({ params, inputs, out }) => {
    const rows = await inputs.rows<{ row_id: string; family: string; tools_text: string; messages: string }>(
      'rows',
      'rows',
    );
    const sides = rows.map((row) => assignSide({ ...row, messages: JSON.parse(row.messages) as Message[] }, params));
    out.table('sides', { row_id: 'utf8', side: 'utf8', in_buffer: 'bool' }, sides);
    out.fact('train_rows', sides.filter((row) => row.side === 'train').length);
    out.fact('validation_rows', sides.filter((row) => row.side === 'validation').length);
    out.fact('buffer_rows', sides.filter((row) => row.in_buffer).length);
  },
};
