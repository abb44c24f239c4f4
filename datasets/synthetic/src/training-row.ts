import type { RandomStream } from '@itool/random';
import type { DialogueRow, Message } from '@itool/record';
import { printCalls } from '@itool/tool-call';
import { REFUSAL } from './data/sentences.ts';
import type { Example } from './example.ts';
import { FAMILY_SHAPES } from './families.ts';

/** A quarter of the clarification rows go on: the user answers the question and the call is the target. */
const FOLLOW_UP_SHARE = 0.25;

function targetOf(example: Example): string {
  const { answer } = FAMILY_SHAPES[example.family];
  if (answer === 'refusal') return REFUSAL;
  return answer === 'question' ? example.question! : printCalls(example.calls);
}

/** The dialogue of an example with its gold answer as the last message. */
export function trainingRow(example: Example, stream: RandomStream): Omit<DialogueRow, 'row_id'> {
  const messages: Message[] = [...example.messages, { role: 'assistant', content: targetOf(example) }];
  if (example.reply !== null && stream.uniform() < FOLLOW_UP_SHARE) {
    messages.push({ role: 'user', content: example.reply });
    messages.push({ role: 'assistant', content: printCalls(example.calls) });
  }
  return {
    source: 'synthetic',
    family: example.family,
    tools: example.tools,
    tools_text: JSON.stringify(example.tools),
    messages,
  };
}
