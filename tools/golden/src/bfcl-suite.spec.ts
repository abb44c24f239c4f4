import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { printReport, runBfclSuite } from './index.ts';

const workspace = resolve(__dirname, '../../..');
const shared = process.env['ITOOL_SHARED'] ?? resolve(workspace, '../shared');
const golden = join(shared, 'golden/bfcl');
const data = join(shared, 'data/bfcl');
const present = existsSync(golden) && existsSync(data);
if (!present) process.stderr.write(`golden: official verdicts are not here, comparison skipped: ${golden}\n`);

(present ? describe : describe.skip)('official verdicts', () => {
  it('are reproduced on every row that is covered', () => {
    const report = runBfclSuite(golden, data);
    expect(report.files.filter((file) => 'rows' in file && file.agreeing < file.rows)).toEqual([]);
    expect(report.agree).toBe(report.total);
    expect(report.total).toBeGreaterThan(15000);
  });
});

describe('the bfcl suite on files of our own', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'golden-'));
    mkdirSync(join(folder, 'golden'));
    mkdirSync(join(folder, 'data/possible_answer'), { recursive: true });
    const lines = (...rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
    const doc = {
      name: 'f',
      parameters: { type: 'dict', properties: { a: { type: 'string' } }, required: ['a'] },
    };
    writeFileSync(
      join(folder, 'data/BFCL_v3_simple.json'),
      lines({ id: 'simple_0', question: [[{ role: 'user', content: 'x' }]], function: [doc] }),
    );
    writeFileSync(
      join(folder, 'data/possible_answer/BFCL_v3_simple.json'),
      lines({ id: 'simple_0', ground_truth: [{ f: { a: ['x'] } }] }),
    );
    const row = { category: 'simple', test_id: 'simple_0', mutation: 'own', mode: 'prompt', decodes: true };
    const right = { model_output: '[f(a="X")]', decoded_repr: "[{'f': {'a': 'X'}}]" };
    writeFileSync(
      join(folder, 'golden/ast_python.jsonl'),
      lines(
        { case_id: 'one', ...row, ...right, valid: true, error_type: null },
        { case_id: 'two', ...row, ...right, valid: false, error_type: 'value_error:string' },
      ),
    );
    writeFileSync(join(folder, 'golden/other.jsonl'), '');
    writeFileSync(
      join(folder, 'golden/python_primitives.jsonl'),
      lines(
        { id: 'p', kind: 'py_repr_str', input: "it's", output: '"it\'s"' },
        { id: 'q', kind: 'unknown', input: 1, output: 1 },
      ),
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...argv: string[]) =>
    spawnSync(process.execPath, ['-r', './tools/register/register.cjs', 'tools/golden/src/main.ts', ...argv], {
      cwd: workspace,
      encoding: 'utf8',
    });
  const folders = () => ['--golden', join(folder, 'golden'), '--data', join(folder, 'data')];

  it('reports rows, the first difference and files left out', () => {
    expect(printReport(runBfclSuite(join(folder, 'golden'), join(folder, 'data'))).split('\n')).toEqual([
      'ast_python.jsonl: 2 rows, 1 agree; first difference: two (simple_0, own): valid true, official false',
      'other.jsonl: skipped: not a file of this suite',
      'python_primitives.jsonl: 1 rows, 1 agree (1 rows of kinds that are not implemented left out)',
      'agree 2/3',
    ]);
  });
  it('exits with 1 on a difference and prints JSON on request', () => {
    const result = run('--suite', 'bfcl', ...folders(), '--json');
    expect(result.status).toBe(1);
    expect(JSON.parse(result.stdout)).toMatchObject({ suite: 'bfcl', agree: 2, total: 3 });
  });
  it.each([
    [['--suite', 'nothing'], 'suite is not known: nothing (bfcl, api-bank)'],
    [['--suite', 'bfcl', '--golden', '/nowhere'], 'folder of --golden does not exist: /nowhere'],
    [['--unknown'], "Unknown option '--unknown'"],
  ])('exits with 2 on %j', (argv, message) => {
    const result = run(...argv);
    expect(result.status).toBe(2);
    expect(result.stderr).toContain(message);
  });
});
