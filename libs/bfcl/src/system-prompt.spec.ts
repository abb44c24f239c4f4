import { createHash } from 'node:crypto';
import { type PyDict, parsePyJson, promptMessages, pyJsonDumps, systemPrompt } from './index.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('systemPrompt', () => {
  it('is the default message of v4', () => {
    const text = systemPrompt([], 'v4');
    expect(text).toHaveLength(1049);
    expect(sha256(text)).toBe('5dfc2aec2c5c5d5d9eec29b0020d0a7be1a70cccd74b62fbdcfcb5261d1ffb73');
  });
  it('is the default message of v3', () => {
    const template = systemPrompt([], 'v3').replace('\n[]\n', '\n{functions}\n');
    expect(sha256(template)).toBe('05f398972ef168fd2ecf3bcb3ef39ad21983b94be59907f0733e2403de464a46');
  });
});

describe('promptMessages', () => {
  const docs = [parsePyJson('{"name": "f", "description": "Does é.", "parameters": {"default": 1.0}}') as PyDict];
  const question = (...messages: { role: 'system' | 'user'; content: string }[]) => ({
    id: 'x',
    question: [messages],
    tools: [],
    function_docs: docs,
  });
  it('puts a system message in front and shows the documents', () => {
    const [system, user] = promptMessages(question({ role: 'user', content: 'hi' }), 'v3');
    expect(system!.content).toContain(
      "[{'name': 'f', 'description': 'Does é. Note that the provided function is in Python 3 syntax.', 'parameters': {'default': 1.0}}]",
    );
    expect(user).toEqual({ role: 'user', content: 'hi' });
    expect(promptMessages(question(), 'v4')[0]!.content).toContain('"description": "Does \\u00e9. Note');
  });
  it('keeps a system message of the row', () => {
    const messages = promptMessages(
      question({ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'hi' }),
      'v4',
    );
    expect(messages).toHaveLength(2);
    expect(messages[0]!.content).toMatch(/\}\n\]\n\n\nBe brief\.$/);
  });
});

describe('pyJsonDumps', () => {
  it('indents by four and escapes what is not ASCII', () => {
    expect(pyJsonDumps(parsePyJson('{"a": [], "b": {}, "c": [1, 1.0, 1e20, "😀\u007f"], "d": null}'))).toBe(
      '{\n    "a": [],\n    "b": {},\n    "c": [\n        1,\n        1.0,\n        1e+20,\n        "\\ud83d\\ude00\\u007f"\n    ],\n    "d": null\n}',
    );
  });
});
