import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProgram } from '../program.ts';
import { modelPlace, readApiKey } from './open-model.ts';

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const row = (id: string, type = 'string') => ({
  id,
  question: [[{ role: 'user', content: id }]],
  function: [
    {
      name: 'f',
      description: 'Does.',
      parameters: { type: 'dict', properties: { a: { type, description: 'A.' } }, required: ['a'] },
    },
  ],
});

describe('itool eval and itool score', () => {
  let folder = '';
  let server: Server;
  let out = '';
  beforeAll((done) => {
    folder = mkdtempSync(join(tmpdir(), 'eval-'));
    mkdirSync(join(folder, 'data/possible_answer'), { recursive: true });
    const write = (category: string, questions: object[], answers?: object[]) => {
      writeFileSync(join(folder, `data/BFCL_v4_${category}.json`), lines(...questions));
      if (answers) writeFileSync(join(folder, `data/possible_answer/BFCL_v4_${category}.json`), lines(...answers));
    };
    const answer = (id: string, value: string) => ({ id, ground_truth: [{ f: { a: [value] } }] });
    write(
      'simple_python',
      [row('simple_python_0'), row('simple_python_1')],
      [answer('simple_python_0', 'x'), answer('simple_python_1', 'y')],
    );
    write('simple_java', [row('simple_java_0', 'String')], [answer('simple_java_0', 'x')]);
    write('irrelevance', [row('irrelevance_0')]);
    server = createServer(async (request, response) => {
      for await (const _ of request);
      response.end(JSON.stringify({ choices: [{ message: { content: '[f(a="x")]' } }] }));
    });
    server.listen(0, '127.0.0.1', done);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    out = '';
  });

  const itool = (...argv: string[]) =>
    makeProgram({ workspace: folder, out: (text) => (out += text), err: () => {}, exit: () => {} }).parseAsync(argv, {
      from: 'user',
    });
  const data = () => ['--data', join(folder, 'data')];
  const evaluate = (...more: string[]) =>
    itool(
      ...['eval', 'bfcl', '--model', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, '--name', 'm'],
      ...[...data(), '--out', join(folder, 'run'), ...more],
    );

  it('evaluates a server and scores what was written alike', async () => {
    await evaluate('--json');
    const scores = JSON.parse(out);
    expect(scores.overall).toEqual({ correct: 2, total: 4 });
    expect(scores.error_types).toEqual({ 'value_error:string': 1, 'irrelevance_error:decoder_success': 1 });
    expect(readFileSync(join(folder, 'run/cases.jsonl'), 'utf8').trim().split('\n')).toHaveLength(4);
    out = '';
    await itool('score', '--results', join(folder, 'run/result'), ...data(), '--out', join(folder, 'again'), '--json');
    expect(JSON.parse(out)['m']).toMatchObject({
      mode: 'prompt',
      overall: scores.overall,
      categories: scores.categories,
    });
    const file = 'score/m/non_live/BFCL_v3_simple_python_score.json';
    expect(readFileSync(join(folder, 'again', file), 'utf8')).toBe(readFileSync(join(folder, 'run', file), 'utf8'));
    expect(existsSync(join(folder, 'again/score/data_overall.csv'))).toBe(true);
  });

  it('prints tables', async () => {
    await itool('score', '--results', join(folder, 'run/result/m'), ...data());
    expect(out).toMatch(/^m \(prompt\)\n/);
    expect(out).toMatch(/^simple_python +1\/2 +50\.00 +0\.00 \.\. 100\.00$/m);
    expect(out).toMatch(/^simple +3 +50\.00 .* not run, counted as 0: simple_javascript$/m);
    expect(out).toContain('2 of 4 rows right; 2 of the 4 that can be answered');
  });

  it('does not mix answers to questions asked in other ways', async () => {
    await expect(evaluate('--prompt', 'v3')).rejects.toThrow('folder holds answers to questions asked in another way');
  });

  it('names what is missing', async () => {
    await expect(itool('eval', 'toolbench', '--model', 'm', ...data())).rejects.toThrow(
      'eval: no such benchmark: "toolbench" (valid: ',
    );
    await expect(itool('score', '--results', `${folder}/data`, ...data())).rejects.toThrow(
      'folder has no result files',
    );
    const results = join(folder, 'part');
    mkdirSync(results);
    writeFileSync(join(results, 'BFCL_v4_simple_python_result.json'), lines({ id: 'simple_python_0', result: '' }));
    await expect(itool('score', '--results', results, ...data())).rejects.toThrow(
      'bfcl: rows have no result: 1 of category simple_python: simple_python_1',
    );
    await itool('score', '--results', results, ...data(), '--partial', '--json');
    expect(JSON.parse(out)['part'].overall).toEqual({ correct: 0, total: 1 });
  });

  it('tells servers, folders and stages apart', () => {
    expect(modelPlace(folder, 'https://host/v1')).toEqual({ kind: 'endpoint', url: 'https://host/v1' });
    writeFileSync(join(folder, 'config.json'), '{}');
    expect(modelPlace('/nowhere', folder)).toEqual({ kind: 'folder', path: folder });
    expect(() => modelPlace('/nowhere', join(folder, 'data'))).toThrow('folder is no model folder');
    expect(readApiKey(undefined, { OPENAI_API_KEY: 'k' })).toBe('k');
    expect(readApiKey(undefined, {})).toBeUndefined();
    expect(() => readApiKey('MY_KEY', {})).toThrow('environment variable for the API key is not set: MY_KEY');
  });
});
