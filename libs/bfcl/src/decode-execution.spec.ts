import { decodeFcForExecution, decodeForExecution, isEmptyExecution } from './decode-execution.ts';
import { PySyntaxError } from './py-syntax-error.ts';

describe('call strings for the executor', () => {
  it.each([
    ["[cd(folder='a'), ls(a=True)]", ["cd(folder='a')", 'ls(a=True)']],
    ["[mv('a', destination='b')]", ["mv(destination='b')"]],
    ['[f(a=1.50, b=+2, c=None)]', ['f(a=1.5, b=-2, c=None)']],
    ['[f(a=(1,), b=[{"k": 1}])]', ["f(a=(1,), b=[{'k': 1}])"]],
    ['[f(a={"k": 1, "m": "x"})]', ["f(a={'k': 1, 'm': 'x'})"]],
    // A dict of dicts is taken for a call.
    ['[f(a={1: {"k": {}}, "b": 2})]', ["f(a={'1': k(), 'b': 2})"]],
    ['[f(a={"g": {"x": 1}, "h": {}})]', ['f(a=g(x=1))']],
    ['[f(a=g(x=h(y=1)))]', ['f(a=g(x=h(y=1)))']],
    ['[f(a={})]', 'fails'],
    ['[]', []],
    ['Done.', 'fails'],
  ])('%s', (text, expected) => {
    if (expected === 'fails') expect(() => decodeForExecution(text, 'v4')).toThrow();
    else expect(decodeForExecution(text, 'v4')).toEqual(expected);
  });

  it('of function-calling replies are printed without a space between arguments', () => {
    const call = (text: string) => ({ kind: 'dict' as const, entries: [['f', text]] as [string, string][] });
    expect(decodeFcForExecution([call('{"a": 1, "b": {"k": 2.0}}')])).toEqual(["f(a=1,b={'k': 2.0})"]);
    expect(decodeFcForExecution('')).toEqual([]);
    for (const reply of ['I am done.', [call('[1]')], [call('{')]]) {
      expect(() => decodeFcForExecution(reply)).toThrow(PySyntaxError);
    }
  });

  it('are as good as none when there is none, or one empty one', () => {
    expect([[], [''], ['f()'], ['', '']].map(isEmptyExecution)).toEqual([true, true, false, false]);
  });
});
