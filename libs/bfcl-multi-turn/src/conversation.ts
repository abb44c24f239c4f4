import {
  type BfclQuestion,
  describedDocs,
  type PromptRelease,
  type PyDict,
  type PyValue,
  pyDict,
  pyRepr,
  REVEALED_FUNCTIONS,
  revealedFunctionsMessage,
  type StripRule,
  systemPrompt,
} from '@itool/bfcl';
import { createWorld, executeCalls, type Instances, type LongContext, RESULT_BUDGET } from '@itool/bfcl-environments';
import type { ChatMessage, ChatToolCall } from '@itool/chat-endpoint';
import { createInstances, isLongContext } from './check-multi-turn.ts';
import { decodeStep, type Step, type StepMode } from './decode-step.ts';

/** Executed steps of a turn after which the official loop stops the whole conversation: the 21st is still executed. */
export const MAXIMUM_STEP_LIMIT = 20;

export type ConversationOptions = {
  mode: StepMode;
  strip: StripRule;
  /**
   * How results reach the model in prompt mode: `tool` messages, one per result, as local handlers have them, or one `user`
   * message with the Python list of all, as API handlers have it.
   */
  feedback: 'tool' | 'user';
  /**
   * Wording of the default system message in prompt mode; null when the model gets the documents another way, such as its chat
   * template.
   */
  release: PromptRelease | null;
  long_context?: LongContext;
  today: readonly [number, number, number];
  model_name?: string;
  step_limit?: number;
};

/** What the model is asked next. `function_docs` are the documents it has by now: the tools in function-calling mode. */
export type AskedStep = { messages: readonly ChatMessage[]; function_docs: readonly PyDict[] };

/** A reply: its text, and the calls of a function-calling interface. */
export type StepReply = { text: string; tool_calls?: readonly ChatToolCall[]; refused?: string };

/** One row played turn by turn. `next` is null when it is over; then `result` is what the official tool stores. */
export type Conversation = {
  id: string;
  next(): AskedStep | null;
  receive(reply: StepReply): void;
  /** Turns of steps as the model gave them, or the text of an inference error. */
  result(): PyValue;
  /** Results of each executed step, for people to look at. */
  executed(): readonly { turn: number; calls: readonly string[]; results: readonly string[] }[];
};

function firstMessages(question: BfclQuestion, options: ConversationOptions): ChatMessage[] {
  const turn = question.question[0] ?? [];
  if (options.mode === 'fc' || options.release === null) return turn.map(({ role, content }) => ({ role, content }));
  const system = systemPrompt(describedDocs(question.function_docs), options.release);
  const [first, ...others] = turn;
  if (first?.role !== 'system') return [{ role: 'system', content: system }, ...turn];
  return [{ role: 'system', content: `${system}\n\n${first.content}` }, ...others];
}

function stepOf(reply: StepReply, mode: StepMode): Step {
  if (mode === 'prompt' || reply.tool_calls === undefined || reply.tool_calls.length === 0) return reply.text;
  return reply.tool_calls.map((call) => pyDict({ [call.name]: call.arguments }));
}

function assistantMessage(reply: StepReply): ChatMessage {
  if (reply.tool_calls === undefined || reply.tool_calls.length === 0)
    return { role: 'assistant', content: reply.text };
  const tool_calls = reply.tool_calls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function' as const,
    function: { name, arguments: args },
  }));
  return { role: 'assistant', content: reply.text === '' ? null : reply.text, tool_calls };
}

function resultMessages(
  reply: StepReply,
  calls: readonly string[],
  results: readonly string[],
  { mode, feedback }: ConversationOptions,
): ChatMessage[] {
  if (mode === 'fc') {
    return results.map((content, i) => ({ role: 'tool', content, tool_call_id: reply.tool_calls?.[i]?.id ?? '' }));
  }
  if (feedback === 'tool') return results.map((content, i) => ({ role: 'tool', name: calls[i]!, content }));
  const list = results.map((content, i) => pyDict({ role: 'tool', name: calls[i]!, content }));
  return [{ role: 'user', content: pyRepr(list) }];
}

/**
 * Starts the conversation of a multi-turn row (specification 2.4). `held_out` are the documents that a turn reveals, by its index;
 * the question's own documents are those the model starts with.
 */
export function createConversation(
  question: BfclQuestion,
  held_out: ReadonlyMap<number, readonly PyDict[]>,
  options: ConversationOptions,
): Conversation {
  const tables = options.long_context;
  const world = createWorld({ long_context: isLongContext(question.id), today: options.today, tables });
  const instances: Instances = createInstances(question, options.model_name ?? 'model', world);
  const limit = options.step_limit ?? MAXIMUM_STEP_LIMIT;
  const budget = { characters: RESULT_BUDGET };
  const messages: ChatMessage[] = firstMessages(question, options);
  const docs = [...question.function_docs];
  const turns: Step[][] = [[]];
  const executed: { turn: number; calls: readonly string[]; results: readonly string[] }[] = [];
  let failure: string | undefined;
  let over = question.question.length === 0;
  let steps = 0;

  const startTurn = (turn: number) => {
    turns.push([]);
    steps = 0;
    const revealed = held_out.get(turn);
    if (revealed === undefined) {
      messages.push(...question.question[turn]!.map(({ role, content }) => ({ role, content })));
      return;
    }
    docs.push(...revealed);
    const content = options.mode === 'fc' ? REVEALED_FUNCTIONS : revealedFunctionsMessage(revealed);
    messages.push({ role: 'user', content });
  };
  const endTurn = () => {
    if (turns.length >= question.question.length) over = true;
    else startTurn(turns.length);
  };

  return {
    id: question.id,
    next: () => (over ? null : { messages: [...messages], function_docs: [...docs] }),
    receive: (reply) => {
      if (reply.refused !== undefined) {
        failure = `Error during inference: ${reply.refused}`;
        over = true;
        return;
      }
      const step = stepOf(reply, options.mode);
      turns.at(-1)!.push(step);
      messages.push(assistantMessage(reply));
      const calls = decodeStep(step, options.mode, options.strip);
      if (calls === undefined) return endTurn();
      const results = executeCalls(calls, instances, budget);
      executed.push({ turn: turns.length - 1, calls, results });
      messages.push(...resultMessages(reply, calls, results, options));
      steps++;
      if (steps > limit) over = true;
    },
    result: () => failure ?? turns,
    executed: () => executed,
  };
}

/** Asks the model for all given steps at once; the replies come in the order of the questions. */
export type AskModel = (asked: readonly AskedStep[]) => Promise<readonly StepReply[]>;

/**
 * Plays conversations to their end, in rounds: each round asks the model for the next step of every conversation that goes on, so
 * that a local generator answers them as one batch.
 */
export async function runConversations(
  conversations: readonly Conversation[],
  ask: AskModel,
  onEnd: (conversation: Conversation) => void = () => {},
): Promise<void> {
  let open = [...conversations];
  while (open.length > 0) {
    const asked = open.flatMap((conversation) => {
      const step = conversation.next();
      return step === null ? [] : [{ conversation, step }];
    });
    const replies = await ask(asked.map(({ step }) => step));
    asked.forEach(({ conversation }, i) => {
      conversation.receive(replies[i]!);
    });
    const still = new Set(open.filter((conversation) => conversation.next() !== null));
    for (const conversation of open) if (!still.has(conversation)) onEnd(conversation);
    open = [...still];
  }
}
