import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAnswers, loadQuestions } from './index.ts';

describe('loading benchmark files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bfcl-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (...lines: string[]) => {
    const path = join(folder, 'BFCL_v4_simple.json');
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  it('reads questions and answers', () => {
    const questions = write(
      '{"id": "simple_0", "question": [[{"role": "user", "content": "hi"}]], "function": [{"name": "f", "parameters": {}}]}',
      '',
      '{"id": "simple_1", "question": [[]]}',
      '',
    );
    const rows = loadQuestions(questions);
    expect(rows.map((row) => [row.id, row.tools.length])).toEqual([
      ['simple_0', 1],
      ['simple_1', 0],
    ]);
    expect(rows[0]!.question[0]![0]).toEqual({ role: 'user', content: 'hi' });
    expect(loadAnswers(write('{"id": "simple_0", "ground_truth": [{"f": {"a": [1, 1.0, ""]}}]}'))[0]).toEqual({
      id: 'simple_0',
      ground_truth: [
        {
          kind: 'dict',
          entries: [['f', { kind: 'dict', entries: [['a', [1n, 1, '']]] }]],
        },
      ],
    });
  });

  it.each([
    ['{"id": "x", "ground_tr', 'line is no JSON object'],
    ['[1]', 'line is no JSON object'],
    ['{"ground_truth": []}', 'row has no text member "id"'],
    ['{"id": "x", "ground_truth": {}}', 'row has no list of objects "ground_truth"'],
  ])('names file and line of %j', (line, fact) => {
    const path = write('{"id": "a", "ground_truth": []}', line);
    expect(() => loadAnswers(path)).toThrow(fact);
    expect(() => loadAnswers(path)).toThrow('BFCL_v4_simple.json:2');
  });

  it('says which file is missing', () => {
    expect(() => loadQuestions(join(folder, 'none.json'))).toThrow('file cannot be read');
  });
});
