import { randomStream } from '@itool/random';
import { assignRowIds, type JsonValue, type Message, type Tool, type ToolCall } from '@itool/record';
import type { z } from 'zod';
import { pretrainingConfigSchema } from './config.ts';
import { copyExercise } from './copy-exercise.ts';
import { drawForSide } from './draw-for-side.ts';
import { pickWeighted } from './pick-weighted.ts';

/** One row of pre-training; the last message is the assistant target. */
export type PretrainingRow = {
  row_id: string;
  kind: 'copy' | 'notes';
  tools: Tool[];
  tools_text: string;
  messages: Message[];
};

function noteValue(value: JsonValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.map(noteValue).join(', ') : String(value);
}

/** `book_flight | origin: Bori | date: 2025-03-20`, one line per call: the content of the calls, not their syntax. */
export function printNotes(calls: readonly ToolCall[]): string {
  return calls
    .map((call) =>
      [call.name, ...Object.entries(call.arguments).map(([key, v]) => `${key}: ${noteValue(v)}`)].join(' | '),
    )
    .join('\n');
}

/**
 * What the base model is pre-trained on, so that it can read schemas, copy and normalise but has never seen a call: copy
 * exercises, and requests answered as notes (seen tools, training names and texts only).
 * @throws ItoolError bad_config if the family weights have no positive sum; ZodError for a malformed configuration
 */
export function generatePretraining(config: z.input<typeof pretrainingConfigSchema>): PretrainingRow[] {
  const knobs = pretrainingConfigSchema.parse(config);
  const options = { ...knobs, split: 'seen' as const, held_out_share: 0 };
  const rows = Array.from({ length: knobs.rows }, (_, i): Omit<PretrainingRow, 'row_id'> => {
    const choice = randomStream(knobs.seed, 'pretraining-kind', i);
    if (choice.uniform() < knobs.copy_share) {
      const messages = copyExercise(randomStream(knobs.seed, 'copy', i));
      return { kind: 'copy', tools: [], tools_text: '', messages };
    }
    const family = pickWeighted(choice, knobs.family_weights);
    const { example } = drawForSide('training', family, options, knobs.seed, 'notes', i);
    const target = example.calls.length === 0 ? 'nothing to note' : printNotes(example.calls);
    return {
      kind: 'notes',
      tools: example.tools,
      tools_text: JSON.stringify(example.tools),
      messages: [...example.messages, { role: 'assistant', content: target }],
    };
  });
  return assignRowIds(rows);
}
