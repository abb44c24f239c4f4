import { difficultyMeasures, tertileTiers, thresholdTier } from '@itool/curriculum';
import type { DialogueRow, Message, Tool } from '@itool/record';
import type { StageDefinition } from '@itool/stage';
import { type Params, paramsSchema } from './params.ts';

/** Difficulty measures a, b, c of every row and the tier they give (specs/itool.md 3). */
export const stage: StageDefinition<Params> = {
  kind: 'tier',
  params: paramsSchema,
  device: 'none',
  run: async ({ params, inputs, out }) => {
    const rows = await inputs.rows<Omit<DialogueRow, 'tools' | 'messages'> & { tools: string; messages: string }>(
      'rows',
      'rows',
    );
    const measured = rows.map((row) => {
      const dialogue = {
        ...row,
        tools: JSON.parse(row.tools) as Tool[],
        messages: JSON.parse(row.messages) as Message[],
      };
      return { row_id: row.row_id, ...difficultyMeasures(dialogue, params.calls) };
    });
    const tertiles = params.mode === 'tertiles' ? tertileTiers(measured) : null;
    const tiers = measured.map((row) => ({ ...row, tier: tertiles?.get(row.row_id) ?? thresholdTier(row) }));
    out.table('tiers', { row_id: 'utf8', a: 'int32', b: 'int32', c: 'int32', tier: 'utf8' }, tiers);
    for (const tier of ['easy', 'medium', 'hard'])
      out.fact(`${tier}_rows`, tiers.filter((row) => row.tier === tier).length);
  },
};
