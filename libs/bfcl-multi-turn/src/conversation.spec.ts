import type { BfclQuestion, PyDict } from '@itool/bfcl';
import { fromJson } from '@itool/bfcl';
import { type ConversationOptions, createConversation, runConversations, type StepReply } from './conversation.ts';

const doc = (name: string) => fromJson({ name, description: `Does ${name}.`, parameters: {} }) as PyDict;
const question: BfclQuestion = {
  id: 'multi_turn_base_0',
  question: [[{ role: 'user', content: 'Lock the doors.' }], [], [{ role: 'user', content: 'Where am I going?' }]],
  tools: [],
  function_docs: [doc('lockDoors')],
  involved_classes: ['VehicleControlAPI'],
  initial_config: fromJson({ VehicleControlAPI: {} }) as PyDict,
};
const held_out = new Map([[1, [doc('set_navigation')]]]);
const options: ConversationOptions = {
  mode: 'prompt',
  strip: 'v4',
  feedback: 'tool',
  release: 'v4',
  today: [2025, 1, 1],
};

async function play(replies: readonly StepReply[], given: Partial<ConversationOptions> = {}) {
  const conversation = createConversation(question, held_out, { ...options, ...given });
  const asked: { messages: readonly { role: string; content: string | null }[]; docs: number }[] = [];
  await runConversations([conversation], async (steps) => {
    asked.push(...steps.map(({ messages, function_docs }) => ({ messages, docs: function_docs.length })));
    return steps.map(() => replies[asked.length - 1] ?? { text: 'Done.' });
  });
  return { conversation, asked };
}

describe('a conversation', () => {
  it('goes on with the next turn when a reply holds no calls, and stores every step', async () => {
    const call = "[lockDoors(unlock=False, door=['driver'])]";
    const { conversation, asked } = await play([{ text: call }, { text: 'Locked.' }, { text: '[]' }]);
    expect(conversation.result()).toEqual([[call, 'Locked.'], ['[]'], ['Done.']]);
    expect(conversation.executed()).toEqual([
      {
        turn: 0,
        calls: ["lockDoors(unlock=False, door=['driver'])"],
        results: ['{"lockStatus": "locked", "remainingUnlockedDoors": 3}'],
      },
    ]);
    expect(asked.map(({ messages }) => messages.length)).toEqual([2, 4, 6, 8]);
    expect(asked[0]!.messages[0]!.content).toContain('"name": "lockDoors"');
    expect(asked[1]!.messages[3]).toEqual({
      role: 'tool',
      name: "lockDoors(unlock=False, door=['driver'])",
      content: '{"lockStatus": "locked", "remainingUnlockedDoors": 3}',
    });
  });
  it('reveals held-out functions in their turn', async () => {
    const { asked } = await play([]);
    expect(asked.map(({ docs }) => docs)).toEqual([1, 2, 2]);
    expect(asked[1]!.messages.at(-1)).toEqual({
      role: 'user',
      content:
        "[{'name': 'set_navigation', 'description': 'Does set_navigation.', 'parameters': {}}]\nI have updated some more functions you can choose from. What about now?",
    });
  });
  it('feeds the results back as a Python list where API handlers do', async () => {
    const { asked } = await play([{ text: "[displayCarStatus(option='it')]" }], { feedback: 'user' });
    expect(asked[1]!.messages.at(-1)).toEqual({
      role: 'user',
      content: `[{'role': 'tool', 'name': "displayCarStatus(option='it')", 'content': '{"error": "Invalid option"}'}]`,
    });
  });
  it('is stopped after the 21st executed step of a turn, and later turns are missing', async () => {
    const { conversation } = await play(Array.from({ length: 50 }, () => ({ text: '[releaseBrakePedal()]' })));
    const turns = conversation.result() as string[][];
    expect(turns.map((turn) => turn.length)).toEqual([21]);
  });
  it('counts steps anew in each turn', async () => {
    const turn = [...Array.from({ length: 20 }, () => ({ text: '[releaseBrakePedal()]' })), { text: 'Next.' }];
    const { conversation } = await play([...turn, ...turn, ...turn]);
    expect((conversation.result() as string[][]).map((steps) => steps.length)).toEqual([21, 21, 21]);
  });
  it('keeps the text of an error of the model', async () => {
    const { conversation } = await play([{ text: '', refused: 'prompt does not fit' }]);
    expect(conversation.result()).toBe('Error during inference: prompt does not fit');
  });
  it('passes calls and ids of a function-calling interface', async () => {
    const tool_calls = [{ id: 'call_1', name: 'set_navigation', arguments: '{"destination": "Oak St"}' }];
    const { conversation, asked } = await play([{ text: '', tool_calls }], { mode: 'fc' });
    expect(asked[0]!.messages).toEqual([{ role: 'user', content: 'Lock the doors.' }]);
    expect(asked[1]!.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'set_navigation', arguments: '{"destination": "Oak St"}' },
          },
        ],
      },
      { role: 'tool', content: '{"status": "Navigating to Oak St"}', tool_call_id: 'call_1' },
    ]);
    expect(asked[2]!.messages.at(-1)!.content).toBe(
      'I have updated some more functions you can choose from. What about now?',
    );
    expect(conversation.result()).toEqual([
      [[{ kind: 'dict', entries: [['set_navigation', '{"destination": "Oak St"}']] }], 'Done.'],
      ['Done.'],
      ['Done.'],
    ]);
  });
  it('asks all open conversations together', async () => {
    const sizes: number[] = [];
    const conversations = [0, 1, 2].map(() => createConversation(question, held_out, options));
    const ended: string[] = [];
    await runConversations(
      conversations,
      async (steps) => {
        sizes.push(steps.length);
        const text = sizes.length === 1 ? '[releaseBrakePedal()]' : 'Done.';
        return steps.map((_, i) => ({ text: i === 0 ? text : 'Done.' }));
      },
      ({ id }) => ended.push(id),
    );
    expect(sizes).toEqual([3, 3, 3, 1]);
    expect(ended).toHaveLength(3);
  });
});
