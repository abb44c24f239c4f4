import { randomStream } from '@itool/random';
import { assignRowIds, type JsonValue, type Message, type Tool, type ToolCall } from '@itool/record';
import { printCalls } from '@itool/tool-call';
import type { z } from 'zod';
import { pretrainingConfigSchema } from './config.ts';
import { copyExercise } from './copy-exercise.ts';
import { drawForSide } from './draw-for-side.ts';
import { isEvaluationText } from './held-out.ts';
import { pickWeighted } from './pick-weighted.ts';

/** One row of pre-training; the last message is the assistant target. */
export type PretrainingRow = {
  row_id: string;
  kind: 'copy' | 'notes';
  tools: Tool[];
  tools_text: string;
  messages: Message[];
};

/**
 * `book_flight origin="Bori" seats=2`, one line per call: the content of the calls and how values are written, but no call. Without
 * brackets a decoder of calls finds none, so the base model answers no test case before it is fine-tuned.
 */
export function printNotes(calls: readonly ToolCall[]): string {
  return calls
    .map(({ name, arguments: given }) =>
      [name, ...Object.entries(given).map(([key, v]) => assignment(key, v))].join(' '),
    )
    .join('\n');
}

/** `key=value` as the printer of calls writes it. */
function assignment(key: string, value: JsonValue): string {
  return printCalls([{ name: 'f', arguments: { [key]: value } }]).slice('[f('.length, -')]'.length);
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
      messages: [
        ...example.messages,
        { role: 'assistant', content: target },
        ...example.follow_ups
          .filter(({ text }) => !isEvaluationText(text))
          .flatMap(({ text, call }): Message[] => [
            { role: 'user', content: text },
            { role: 'assistant', content: printNotes([call]) },
          ]),
      ],
    };
  });
  return assignRowIds(rows);
}
