import { randomStream } from '@itool/random';
import { assignRowIds, type DialogueRow } from '@itool/record';
import type { z } from 'zod';
import { trainingConfigSchema } from './config.ts';
import { drawForSide } from './draw-for-side.ts';
import type { Family, RequestFamily } from './families.ts';
import { judgeRow } from './judge-row.ts';
import { pickWeighted } from './pick-weighted.ts';
import { trainingRow } from './training-row.ts';

/** Requests that judge rows grade: short answers, so that two of them fit into a prompt. */
const JUDGED_FAMILIES: Partial<Record<RequestFamily, number>> = {
  simple: 0.4,
  multiple: 0.2,
  live_simple: 0.35,
  irrelevance: 0.05,
};

/**
 * Synthetic training rows; a pure function of the configuration. Only seen tools, training names and training request texts
 * occur. Row i is the same whatever the number of rows.
 * @throws ItoolError bad_config if the family weights have no positive sum; ZodError for a malformed configuration
 */
export function generateTraining(config: z.input<typeof trainingConfigSchema>): DialogueRow[] {
  const knobs = trainingConfigSchema.parse(config);
  const options = { ...knobs, split: 'seen' as const, held_out_share: 0 };
  const rows = Array.from({ length: knobs.rows }, (_, i) => {
    const choice = randomStream(knobs.seed, 'training-family', i);
    const family = pickWeighted<Family>(choice, knobs.family_weights);
    const requested = family === 'judge' ? pickWeighted(choice, JUDGED_FAMILIES) : family;
    const { example, stream } = drawForSide('training', requested, options, knobs.seed, 'training', i);
    return family === 'judge' ? judgeRow(example, stream) : trainingRow(example, stream);
  });
  return assignRowIds(rows);
}
