import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeParquet } from '@itool/artifact';
import { parseCalls } from '@itool/tool-call';
import { type DialogueFormat, readDialogues } from './read-dialogues.ts';

const bytes = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const read = (format: DialogueFormat, value: unknown) => readDialogues(format, bytes(value), { source: 'own' });

const TOOLS =
  '[{"name": "Get Trending Result", "description": "d", "parameters": {"type": "dict", "properties": {"n": {"type": "int"}}}, "required": null}, {"name": "reviewAnalytics.extractSentiment", "input_schema": {"type": "object"}}, {"name": "bare", "parameters": null}, {"name": "listed", "parameters": {"type": "array", "items": {"type": "dict"}}}]';

describe('toolace', () => {
  const turns = [
    { from: 'user', value: 'What is up?' },
    { from: 'assistant', value: '[Get Trending Result(n=3), reviewAnalytics.extractSentiment(lang="en")]' },
    { from: 'tool', value: '[{"name": "Get Trending Result", "results": {}}]' },
    { from: 'assistant', value: 'Much.' },
    { from: 'user', value: 'Thanks' },
  ];

  it('takes the tools out of the system text and cuts back to the last assistant turn', async () => {
    const { rows, dropped, notes } = await read('toolace', [
      { system: `Use [these] functions:\n${TOOLS}\nCall them.`, conversations: turns },
    ]);
    const [row] = rows;
    expect(dropped).toEqual([]);
    expect(notes).toEqual([{ reason: 'cut back to the last assistant turn', count: 1 }]);
    expect(row!.tools_text).toBe(TOOLS);
    expect(row!.tools.map((tool) => tool.name)).toEqual([
      'Get Trending Result',
      'reviewAnalytics.extractSentiment',
      'bare',
      'listed',
    ]);
    expect(row!.tools[1]!.parameters).toEqual({ type: 'object' });
    expect(row!.tools[2]!.parameters).toBeUndefined();
    expect(row!.messages.map((m) => m.role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant']);
    expect(row!.messages[0]!.content).toBe('Use [these] functions:\n\nCall them.');
    expect(parseCalls(row!.messages[2]!.content).calls.map((call) => call.name)).toEqual([
      'Get Trending Result',
      'reviewAnalytics.extractSentiment',
    ]);
  });

  it('counts records that it leaves out by reason', async () => {
    const { rows, dropped } = await read('toolace', [
      { system: TOOLS, conversations: turns },
      { system: TOOLS, conversations: [{ from: 'user', value: 'Hi' }] },
      { system: TOOLS, conversations: [{ from: 'assistant', value: 'Hi' }] },
      { system: TOOLS, conversations: [{ from: 'robot', value: 'Hi' }] },
      { system: TOOLS, conversations: 'none' },
      { text: 'x' },
      { conversations: turns, system: TOOLS, tools: 'not JSON' },
    ]);
    expect(rows).toHaveLength(1);
    expect(dropped).toEqual([
      { reason: 'no assistant turn', count: 1 },
      { reason: 'no user turn before the answer', count: 1 },
      { reason: 'turn has an unknown role', count: 1 },
      { reason: 'conversations is no list', count: 1 },
      { reason: 'row lacks members of the format', count: 1 },
      { reason: 'tools cannot be read', count: 1 },
    ]);
  });
});

describe('sharegpt', () => {
  const row = (call: string) => ({
    tools: JSON.stringify(JSON.stringify([{ type: 'function', function: { name: 'f', parameters: {} } }])),
    conversations: [
      { from: 'human', value: 'Go' },
      { from: 'function_call', value: call },
      { from: 'observation', value: '{}' },
    ],
  });

  it('writes JSON calls in the Python dialect, also with arguments encoded twice', async () => {
    const lines = [
      row('{"name": "f", "arguments": {"a": "x\\"y", "b": [1, true, null]}}'),
      row('[{"name": "f", "arguments": "{\\"a\\": 1}"}, {"name": "Market Trends API", "arguments": {}}]'),
    ];
    const { rows } = await read('sharegpt', lines.map((line) => `${JSON.stringify(line)}\n`).join('\n'));
    expect(rows.map((r) => r.messages.at(-1)!.content)).toEqual([
      '[f(a="x\\"y", b=[1, True, None])]',
      '[f(a=1), Market Trends API()]',
    ]);
    expect(rows[0]!.tools).toEqual([{ name: 'f', parameters: {} }]);
  });

  it('leaves out calls that cannot be read or written', async () => {
    const { dropped } = await read('sharegpt', [
      row('f(a=1)'),
      row('[]'),
      row('{"name": "f, \\"g"}'),
      row('{"arguments": {}}'),
    ]);
    expect(dropped.map((d) => d.reason)).toEqual([
      'call is no JSON',
      'list of calls is empty',
      'call cannot be written in the Python dialect',
      'call lacks a name or arguments',
    ]);
  });
});

describe('rlla', () => {
  const instruction =
    'Intro\n**Available Tools**\n1. Name: Get Genres\nDescription: All\ngenres\nParameters: {}\n2. Name: Title\nDescription: One\nParameters: {"ids": {"type": "string", "default": ""}}\n\n**Steps**';
  const input =
    '**Dialogue Records History**\n<user> Which? </user>\n\n<think> hm </think>\n<tool_call>\n{"name": "Get Genres", "parameters": {}}\n</tool_call>\n<obs> [1] </obs>\n\n<user> And "7"? </user>';

  it('reads listed tools, the history and the answer, without the reasoning', async () => {
    const output =
      '<think> t </think>\n<tool_call>\n{"name": "Title", "parameters": {"ids": "7"}}\n{"name": "Get Genres"}\n</tool_call>';
    const { rows, notes } = await read('rlla', [{ instruction, input, output }]);
    expect(rows[0]!.tools).toEqual([
      { name: 'Get Genres', description: 'All\ngenres', parameters: { type: 'dict', properties: {} } },
      {
        name: 'Title',
        description: 'One',
        parameters: { type: 'dict', properties: { ids: { type: 'string', default: '' } } },
      },
    ]);
    expect(rows[0]!.messages.map((m) => `${m.role}: ${m.content}`)).toEqual([
      'user: Which?',
      'assistant: [Get Genres()]',
      'tool: [1]',
      'user: And "7"?',
      'assistant: [Title(ids="7"), Get Genres()]',
    ]);
    expect(notes).toEqual([{ reason: 'reasoning left out', count: 1 }]);
  });

  it('leaves out a row whose output answers nothing', async () => {
    const { dropped } = await read('rlla', [{ instruction, input, output: '<think> t </think>' }]);
    expect(dropped).toEqual([{ reason: 'no assistant turn', count: 1 }]);
  });
});

const OPENAI = {
  messages: [
    { role: 'developer', content: 'Be brief' },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: 'Let me look.',
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get', arguments: '{"city": "Bori"}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'sun' },
    { role: 'assistant', content: 'Sun.' },
  ],
  tools: [{ type: 'function', function: { name: 'get', description: 'g', parameters: { type: 'object' } } }],
};

describe('openai', () => {
  it('keeps prose and calls as turns and names tool results', async () => {
    const { rows } = await read('openai', `${JSON.stringify(OPENAI)}\n`);
    expect(rows[0]!.messages).toEqual([
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: 'Let me look.' },
      { role: 'assistant', content: '[get(city="Bori")]' },
      { role: 'tool', content: 'sun', name: 'get' },
      { role: 'assistant', content: 'Sun.' },
    ]);
    expect(rows[0]!.tools).toEqual([{ name: 'get', description: 'g', parameters: { type: 'object' } }]);
  });
});

describe('hf-parquet', () => {
  it('reads messages with tools, and conversations with system, by their columns', async () => {
    const messages = JSON.stringify(OPENAI.messages);
    const openai = await writeParquet([{ messages, tools: JSON.stringify(OPENAI.tools) }], {
      messages: 'utf8',
      tools: 'utf8',
    });
    const text = await read('openai', [OPENAI]);
    const { rows } = await readDialogues('hf-parquet', openai, { source: 'own' });
    expect(rows[0]!.messages).toEqual(text.rows[0]!.messages);
    expect(rows[0]!.tools).toEqual(text.rows[0]!.tools);

    const conversations = JSON.stringify([
      { from: 'user', value: 'Hi' },
      { from: 'assistant', value: 'Hello' },
    ]);
    const columns = { system: 'utf8', conversations: 'utf8' } as const;
    const toolace = await writeParquet([{ system: TOOLS, conversations }], columns);
    const second = await readDialogues('hf-parquet', toolace, { source: 'own' });
    expect(second.rows[0]).toMatchObject({ family: 'hf-parquet', tools_text: TOOLS });

    const other = await writeParquet([{ text: 'x' }], { text: 'utf8' });
    await expect(readDialogues('hf-parquet', other, { source: 'own' })).rejects.toThrow(
      'unknown Parquet columns: own, text',
    );
  });
});

describe('broken files', () => {
  it('names the position and what was expected', async () => {
    await expect(read('sharegpt', '')).rejects.toThrow('file is empty: own (expected');
    await expect(
      readDialogues('sharegpt', Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d), { source: 'own' }),
    ).rejects.toThrow('not UTF-8: own, byte 2');
    await expect(read('sharegpt', '[\n{"a": 1},\n{"b": ')).rejects.toThrow('own, line 3, column 7');
    await expect(read('openai', '{"a": 1}\n{"b": x}\n')).rejects.toThrow('own, line 2, column 7');
    await expect(read('rlla', [{ conversations: [] }])).rejects.toThrow(
      'format rlla: own, row 1 has conversations (expected members: instruction, input, output)',
    );
  });
});

const SHARED = process.env['ITOOL_SHARED'] ?? join(__dirname, '../../../../shared');
const real: [string, DialogueFormat, number][] = [
  ['toolace/sharegpt_func_fixed.json', 'sharegpt', 100],
  ['glaive/glaive_toolcall_en_demo.json', 'sharegpt', 300],
  ['rlla/rlla_sft.json', 'rlla', 400],
];
const found = real.filter(([file]) => existsSync(join(SHARED, 'data', file)));
if (found.length < real.length) process.stderr.write('dialogue: real data files are absent, their tests are skipped\n');

(found.length === real.length ? describe : describe.skip)('real files', () => {
  it.each(real)('%s keeps at least 80 % of its rows and accounts for the others', async (file, format, total) => {
    const { rows, dropped } = await readDialogues(format, readFileSync(join(SHARED, 'data', file)), { source: file });
    expect(rows.length + dropped.reduce((sum, d) => sum + d.count, 0)).toBe(total);
    expect(rows.length).toBeGreaterThanOrEqual(0.8 * total);
    expect(rows.filter((row) => row.messages.at(-1)!.role !== 'assistant')).toEqual([]);
  });
});
