import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EndpointRefusal } from '@itool/chat-endpoint';
import { ItoolError } from '@itool/record';
import { type Answer, type Asked, answerRows, createEndpointAnswerer } from './index.ts';

const asked = (content: string): Asked => ({ messages: [{ role: 'user', content }] });
const answer = (text: string): Answer => ({ text, tool_calls: [], prompt_tokens: 1, completion_tokens: 1 });

describe('answerRows', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'answers-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const rows = ['a', 'b', 'c'].map((id) => ({ id, asked: asked(`question ${id}`) }));

  it('goes on where a run was ended, and asks nothing twice', async () => {
    const path = join(folder, 'deep', 'answers.jsonl');
    const asks: string[][] = [];
    const answerer = (most: number) => ({
      answer: async (given: readonly Asked[], onAnswer: (index: number, answer: Answer) => void) => {
        asks.push(given.map(({ messages }) => messages[0]!.content!));
        for (const [i] of given.slice(0, most).entries()) onAnswer(i, answer(`${i}`));
        if (most < given.length) throw new Error('killed');
      },
    });
    await expect(answerRows(answerer(1), rows, path)).rejects.toThrow('killed');
    appendFileSync(path, '{"id": "b", "answ');
    const heard: string[] = [];
    const found = await answerRows(answerer(9), rows, path, ({ id }) => heard.push(id));
    expect(asks).toEqual([
      ['question a', 'question b', 'question c'],
      ['question b', 'question c'],
    ]);
    expect(heard).toEqual(['a', 'b', 'c']);
    expect([...found.keys()].sort()).toEqual(['a', 'b', 'c']);
    await answerRows(answerer(9), rows, path);
    expect(asks).toHaveLength(2);
    expect(readFileSync(path, 'utf8')).not.toContain('killed');
  });

  it('takes a refused request for an answer, and any other failure for the end', async () => {
    const refusal = new EndpointRefusal({ code: 'backend', message: 'endpoint: server answers 400' });
    const broken = new ItoolError({ code: 'backend', message: 'endpoint: server answers 401' });
    const endpoint = (failure: Error) =>
      createEndpointAnswerer(
        {
          complete: async ({ messages }) => {
            if (messages[0]!.content === 'question b') throw failure;
            return answer('fine');
          },
        },
        { concurrency: 2 },
      );
    const found = await answerRows(endpoint(refusal), rows, join(folder, 'x.jsonl'));
    expect(rows.map(({ id }) => found.get(id)!.refused)).toEqual([undefined, refusal.message, undefined]);
    await expect(answerRows(endpoint(broken), rows, join(folder, 'y.jsonl'))).rejects.toThrow('401');
  });
});
