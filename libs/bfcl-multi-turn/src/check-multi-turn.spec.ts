import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openDataset, type PyDict, parsePyJson } from '@itool/bfcl';
import { readLongContext } from '@itool/bfcl-environments';
import { randomStream } from '@itool/random';
import { checkMultiTurn } from './check-multi-turn.ts';
import { loadMultiTurnAnswers } from './multi-turn-answers.ts';

const question = {
  id: 'multi_turn_base_0',
  involved_classes: ['MessageAPI', 'VehicleControlAPI'],
  initial_config: parsePyJson(
    '{"MessageAPI": {"current_user": "USR001"}, "VehicleControlAPI": {"fuelLevel": 5.0}}',
  ) as PyDict,
};
const truth = [
  ['fillFuelTank(fuelAmount=10)', "displayCarStatus(option='fuel')"],
  [],
  ["send_message(receiver_id='USR002', message='Full tank')"],
];

function judge(model_result: Parameters<typeof checkMultiTurn>[0]['model_result'], mode: 'prompt' | 'fc' = 'prompt') {
  const answer = { ground_truth: truth };
  return checkMultiTurn({ question, answer, model_result, mode, strip: 'v4', today: [2025, 6, 15] });
}

const FILL = '[fillFuelTank(fuelAmount=10)]';
const SHOW = "[displayCarStatus(option='fuel')]";
const SEND = "[send_message(receiver_id='USR002', message='Full tank')]";

describe('the verdict on a conversation', () => {
  it.each([
    ['calls in several steps with prose at the end', [[FILL, SHOW, 'Done.'], ['What else?'], [SEND]]],
    ['calls in one step', [["[fillFuelTank(fuelAmount=10), displayCarStatus(option='fuel')]"], [], [SEND]]],
    ['a float for an int, where the texts agree', [['[fillFuelTank(fuelAmount=10.0)]', SHOW], [], [SEND]]],
    ['calls that read or fail', [[FILL, '[fly(to="moon")]', SHOW, '[check_tire_pressure()]'], [], [SEND]]],
    ['a step of several calls where nothing was expected', [[FILL, SHOW], ['[check_tire_pressure()]'], [SEND]]],
    ['a needed call in an earlier turn, with one more call', [[FILL, SHOW], [SEND], ['[list_users()]']]],
  ])('passes %s', (_, result) => {
    expect(judge(result)).toEqual({ valid: true, error_type: null, error_message: null, detail: null });
  });

  it.each([
    ['Error during inference: refused', 'inference_error', null],
    [[[FILL, SHOW], []], 'force_terminated', null],
    [[['[]', 'I will.'], [], [SEND]], 'empty_turn_model_response', { turn: 0 }],
    [[[FILL, SHOW], [], ['Sent!']], 'empty_turn_model_response', { turn: 2 }],
    [
      [[SHOW], [], [SEND]],
      'instance_state_mismatch',
      { class: 'VehicleControlAPI', attributes: ['fuelLevel'], turn: 0 },
    ],
    [
      [[FILL, SHOW], [SEND, "[delete_message(receiver_id='USR002')]"], [SEND]],
      'instance_state_mismatch',
      { class: 'MessageAPI', attributes: ['generated_ids', 'message_count'], turn: 2 },
    ],
    [[[FILL], [], [SEND]], 'execution_response_mismatch', { turn: 0, missing_items: ['{"fuelLevel": 15.0}'] }],
  ])('fails %j with %s', (result, error_type, detail) => {
    expect(judge(result)).toMatchObject({ valid: false, error_type: `multi_turn:${error_type}`, detail });
  });

  it('counts a result as often as it was seen, never more', () => {
    const answer = { ground_truth: [['list_users()', 'list_users()']] };
    const options = { question, answer, mode: 'prompt', strip: 'v4', today: [2025, 6, 15] } as const;
    const [once, twice] = [1, 2].map((n) => [Array.from({ length: n }, () => '[list_users()]')]);
    expect(checkMultiTurn({ ...options, model_result: once! }).error_type).toBe(
      'multi_turn:execution_response_mismatch',
    );
    expect(checkMultiTurn({ ...options, model_result: twice! }).valid).toBe(true);
  });

  it('reads calls of a function-calling interface', () => {
    const call = (name: string, args: string) => [
      { kind: 'dict' as const, entries: [[name, args]] as [string, string][] },
    ];
    const steps = [call('fillFuelTank', '{"fuelAmount": 10}'), call('displayCarStatus', '{"option": "fuel"}')];
    const send = call('send_message', '{"receiver_id": "USR002", "message": "Full tank"}');
    expect(judge([[...steps, 'Done.'], ['No.'], [send]], 'fc').valid).toBe(true);
    expect(judge([[call('fillFuelTank', '[10]'), ...steps], [], [call('send_message', '{')]], 'fc').error_type).toBe(
      'multi_turn:empty_turn_model_response',
    );
  });
});

describe('hostile replies', () => {
  const megabyte = 'x'.repeat(1_000_000);
  it.each([
    ['a megabyte of text', `[echo(content='${megabyte}')]`],
    ['a megabyte without a closing quote', `[f(a='${megabyte}`],
    ['brackets', '['.repeat(500_000)],
    ['signs', `[f(a=${'-'.repeat(100_000)}1)]`],
    ['five thousand arguments', `[list_users(${Array.from({ length: 5_000 }, (_, i) => `a${i}=1`).join(', ')})]`],
    ['three thousand calls', `[${'list_users(), '.repeat(3_000)}]`],
    ['a huge int', `[fillFuelTank(fuelAmount=${'9'.repeat(100_000)})]`],
    ['a huge hexadecimal int', `[fillFuelTank(fuelAmount=0x${'f'.repeat(100_000)})]`],
    ['a power tower', '[fillFuelTank(fuelAmount=9**9**9**9)]'],
    ['NUL bytes', '[fill\0FuelTank(fuelAmount=1)]'],
    ['an import', "[__import__('os').system(command='touch /tmp/owned')]"],
    ['attribute access', '[list_users.__globals__.clear(x=1)]'],
    ['words and brackets', `[${'list_users ( '.repeat(50_000)}]`],
    ['a regex bomb', `[f(a='${'a '.repeat(50_000)}!')]`],
  ])('%s get a verdict', (_, reply) => {
    expect(judge([[reply, FILL, SHOW], [reply], [SEND]])).toHaveProperty('valid');
    expect(existsSync('/tmp/owned')).toBe(false);
  });

  it('of random pieces get one as well', () => {
    const stream = randomStream(7, 'hostile multi-turn replies');
    const pieces = [
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      ',',
      '=',
      "'",
      '"',
      '\\',
      '\n',
      '\0',
      '-',
      '1e999',
      '0x',
      'None',
      '**',
    ];
    const words = [
      ...pieces,
      'cd',
      'fillFuelTank',
      'fuelAmount',
      'lambda:',
      '__class__',
      '.',
      'é',
      '\ud800',
      'for x in y',
    ];
    for (let i = 0; i < 300; i++) {
      const reply = Array.from({ length: 1 + stream.integer(30) }, () => stream.pick(words)).join('');
      expect(typeof judge([[reply], [reply], [`[${reply}]`]]).valid).toBe('boolean');
    }
  });
});

const data = join(process.env['ITOOL_SHARED'] ?? resolve(__dirname, '../../../../shared'), 'data/bfcl');
const present = existsSync(data);
if (!present) process.stderr.write(`bfcl-multi-turn: official data is not here, ground truths not run: ${data}\n`);

(present ? describe : describe.skip)('official ground truths', () => {
  it.each(['base', 'miss_func', 'miss_param', 'long_context'])('of multi_turn_%s pass as replies', (name) => {
    const category = `multi_turn_${name}`;
    const answers = new Map(
      loadMultiTurnAnswers(join(data, `possible_answer/BFCL_v4_${category}.json`)).map((row) => [row.id, row]),
    );
    const long_context = name === 'long_context' ? readLongContext(join(data, 'long_context.json')) : undefined;
    const questions = openDataset(data).questions(category);
    // Positional arguments are dropped by the prompt decoder, so the calls go in as the interface would pass them on.
    const failing = questions.filter((row) => {
      const answer = answers.get(row.id)!;
      const today = [2026, 11, 20] as const;
      const options = { question: row, answer, mode: 'prompt', strip: 'v4', today, long_context } as const;
      return !checkMultiTurn({ ...options, model_calls: answer.ground_truth }).valid;
    });
    expect(questions).toHaveLength(200);
    expect(failing.map(({ id }) => id)).toEqual([]);
  });
});
