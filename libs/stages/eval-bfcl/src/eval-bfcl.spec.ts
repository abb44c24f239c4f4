import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, readBlob } from '@itool/artifact';
import type { Case } from '@itool/bfcl-eval';
import { collectOutputs, makeInputs } from '@itool/stage';
import { stage } from './index.ts';
import { paramsSchema } from './params.ts';

const doc = (name: string) => ({
  name,
  description: 'Does.',
  parameters: { type: 'dict', properties: { a: { type: 'string', description: 'A.' } }, required: ['a'] },
});
const question = (id: string, content: string) => ({
  id,
  question: [[{ role: 'user', content }]],
  function: [doc('lamp.set')],
});
const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('eval-bfcl on an endpoint', () => {
  let folder = '';
  let server: Server;
  /** What the server says to each user message; a number is a status. */
  let replies: Record<string, object | number> = {};
  const asked: { content: string; tools?: { function: { name: string } }[] }[] = [];
  beforeAll((done) => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const { messages, tools } = JSON.parse(text);
      const content = messages.at(-1).content;
      asked.push({ content, tools });
      const message = replies[content];
      if (typeof message === 'number') response.writeHead(message).end(`key was ${request.headers.authorization}`);
      else response.end(JSON.stringify({ choices: [{ message }], usage: { prompt_tokens: 5, completion_tokens: 2 } }));
    });
    server.listen(0, '127.0.0.1', done);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'eval-bfcl-'));
    asked.length = 0;
    process.env['EVAL_BFCL_KEY'] = 'sk-very-secret';
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function run(mode: 'prompt' | 'fc') {
    const store = openStore(join(folder, 'store'));
    const cases = collectOutputs(store);
    cases.outputs.json('categories', [
      { category: 'simple_python_seen', family: 'simple', split: 'seen', rows: 2 },
      { category: 'irrelevance_unseen', family: 'irrelevance', split: 'unseen', rows: 2 },
    ]);
    cases.outputs.text(
      'eval/simple_python_seen.questions',
      lines(question('simple_python_seen_0', 'on'), question('simple_python_seen_1', 'off')),
    );
    const truth = [{ 'lamp.set': { a: ['x y'] } }];
    cases.outputs.text(
      'eval/simple_python_seen.answers',
      lines({ id: 'simple_python_seen_0', ground_truth: truth }, { id: 'simple_python_seen_1', ground_truth: truth }),
    );
    cases.outputs.text(
      'eval/irrelevance_unseen.questions',
      lines(question('irrelevance_unseen_0', 'joke'), question('irrelevance_unseen_1', 'long')),
    );
    const inputs = makeInputs(store, [
      { role: 'cases', list: false, stages: [{ stage: 'ingest', manifest: cases.manifest() }] },
    ]);
    const collected = collectOutputs(store);
    await stage.run({
      params: paramsSchema.parse({
        prompt: 'v4',
        endpoint: {
          url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
          model: 'org/tiny',
          mode,
          api_key_env: 'EVAL_BFCL_KEY',
          retries: 0,
          concurrency: 1,
        },
      }),
      iteration: 0,
      definitions: [],
      inputs,
      out: collected.outputs,
      progress: () => ({ tick: () => {}, finish: () => {} }),
      log: () => {},
      scratch: join(folder, 'scratch'),
      workspace: folder,
    });
    const { outputs } = collected.manifest();
    const text = (name: string) => Buffer.from(readBlob(store, outputs[name]!.sha256)).toString('utf8');
    const table = makeInputs(store, [
      { role: 'own', list: false, stages: [{ stage: 'eval', manifest: collected.manifest() }] },
    ]);
    return { outputs, text, cases: await table.rows<Case>('own', 'cases') };
  }

  it('judges replies, keeps cases and writes the official files', async () => {
    replies = {
      on: { content: '[lamp.set(a="X-Y")]' },
      off: { content: '[lamp.set(b="x")]' },
      joke: { content: 'No function fits.' },
      long: 400,
    };
    const { outputs, text, cases } = await run('prompt');
    expect(
      cases.map(({ id, valid, error_type, error_class, grade }) => [id, valid, error_type, error_class, grade]),
    ).toEqual([
      ['simple_python_seen_0', true, null, null, 'B'],
      ['simple_python_seen_1', false, 'simple_function_checker:missing_required', 'parameter_count', 'C'],
      ['irrelevance_unseen_0', true, null, null, 'A'],
      ['irrelevance_unseen_1', true, null, null, 'A'],
    ]);
    expect(cases[1]).toMatchObject({ output: '[lamp.set(b="x")]', expected: '{"lamp.set": {"a": ["x y"]}}' });
    expect(cases[0]!.prompt).toContain('"name": "lamp.set"');
    const scores = JSON.parse(text('scores'));
    expect(scores).toMatchObject({
      overall: { correct: 3, total: 4 },
      too_long: 1,
      families: { simple: { seen: { correct: 1, total: 2 }, unseen: null } },
      categories: { simple_python_seen: { correct: 1, total: 2, interval: { low: 0, high: 1 } } },
      error_types: { 'simple_function_checker:missing_required': 1 },
    });
    expect(scores.aggregates.simple).toMatchObject({ rows: 2, missing: ['simple_java', 'simple_javascript'] });
    expect(text('result/org_tiny/non_live/BFCL_v3_simple_python_seen_result.json')).toBe(
      '{"id": "simple_python_seen_0", "result": "[lamp.set(a=\\"X-Y\\")]"}\n{"id": "simple_python_seen_1", "result": "[lamp.set(b=\\"x\\")]"}\n',
    );
    const score = text('score/org_tiny/non_live/BFCL_v3_simple_python_seen_score.json').split('\n');
    expect(score[0]).toBe('{"accuracy": 0.5, "correct_count": 1, "total_count": 2}');
    expect(JSON.parse(score[1]!)).toMatchObject({
      id: 'simple_python_seen_1',
      model_name: 'org/tiny',
      error: ["Missing required parameter: 'a'."],
      model_result_decoded: [{ 'lamp.set': { b: 'x' } }],
    });
    expect(text('score/data_overall.csv').split('\n')[1]).toContain('1,');
    for (const name of Object.keys(outputs)) if (name !== 'cases') expect(text(name)).not.toContain('sk-very-secret');
  });

  it('judges calls of a function-calling interface by names with underscores', async () => {
    const call = (given: string) => ({
      content: null,
      tool_calls: [{ id: '1', type: 'function', function: { name: 'lamp_set', arguments: given } }],
    });
    replies = { on: call('{"a": "x y"}'), off: { content: 'no' }, joke: { content: 'no' }, long: call('{}') };
    const { cases } = await run('fc');
    expect(asked[0]!.tools!.map((tool) => tool.function.name)).toEqual(['lamp_set']);
    expect(cases.map(({ valid, error_type }) => [valid, error_type])).toEqual([
      [true, null],
      [false, 'ast_decoder:decoder_failed'],
      [true, null],
      [false, 'irrelevance_error:decoder_success'],
    ]);
  });

  it('goes on after a failure where it was, and names the failure without the key', async () => {
    replies = { on: { content: '[]' }, off: 401, joke: { content: '' }, long: { content: '' } };
    const failure = await run('prompt').catch((error: Error) => error.message);
    expect(failure).toMatch(/endpoint: server answers 401: key was Bearer \[api key\] \(http.*, model org\/tiny\)/);
    const kept = readdirSync(join(folder, 'scratch'), { recursive: true }) as string[];
    for (const name of kept) expect(readFileSync(join(folder, 'scratch', name), 'utf8')).not.toContain('sk-very');
    replies['off'] = { content: '[]' };
    await run('prompt');
    expect(asked.map(({ content }) => content)).toEqual(['on', 'off', 'off', 'joke', 'long']);
    expect(existsSync(join(folder, 'scratch', 'simple_python_seen.jsonl'))).toBe(true);
  });

  it('wants the key that it is told to use', async () => {
    delete process.env['EVAL_BFCL_KEY'];
    await expect(run('prompt')).rejects.toThrow('environment variable for the API key is not set: EVAL_BFCL_KEY');
  });
});
