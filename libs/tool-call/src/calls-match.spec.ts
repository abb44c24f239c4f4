import type { Tool } from '@itool/record';
import { callsMatch, classifyError, errorClassOfBfcl, gradeCalls, parseCalls } from './index.ts';

const calls = (text: string) => parseCalls(text).calls;
const tools: Tool[] = [
  {
    name: 'f',
    parameters: {
      type: 'dict',
      properties: { a: { type: 'string' }, n: { type: 'integer', default: 5 } },
      required: ['a'],
    },
  },
];
const match = (predicted: string, expected: string, options = {}) =>
  callsMatch(calls(predicted), calls(expected), options);

describe('callsMatch', () => {
  it('ignores the order of calls and of keys', () => {
    expect(match('[g(), f(n=1, a="x")]', '[f(a="x", n=1.0), g()]')).toBe(true);
  });
  it('finds a pairing that a greedy one misses', () => {
    // The first prediction matches both expected calls thanks to the default; only the second choice leaves a partner.
    expect(match('[f(a="x", n=5), f(a="x")]', '[f(a="x"), f(a="x", n=5)]', { tools })).toBe(true);
    expect(match('[f(a="x"), f(a="x", n=5)]', '[f(a="x"), f(a="x", n=5)]', { tools })).toBe(true);
  });
  it('normalises strings at every depth unless strict', () => {
    expect(match('[f(a=["New York, NY"], b={"k": "it\'s"})]', '[f(a=["new-york ny"], b={"k": "IT\\"S"})]')).toBe(true);
    expect(match('[f(a="New York")]', '[f(a="new york")]', { strict: true })).toBe(false);
  });
  it('tells types apart', () => {
    expect(match('[f(a=1)]', '[f(a="1")]')).toBe(false);
    expect(match('[f(a=1)]', '[f(a=True)]')).toBe(false);
    expect(match('[f(a=None)]', '[f(a=0)]')).toBe(false);
    expect(match('[f(a=[1, 2])]', '[f(a=[2, 1])]')).toBe(false);
  });
  it('allows an extra key only when it equals the default', () => {
    expect(match('[f(a="x", n=5)]', '[f(a="x")]', { tools })).toBe(true);
    expect(match('[f(a="x", n=6)]', '[f(a="x")]', { tools })).toBe(false);
    expect(match('[f(a="x", n=5)]', '[f(a="x")]')).toBe(false);
    expect(match('[f(a="x")]', '[f(a="x", n=5)]', { tools })).toBe(false);
  });
});

describe('classifyError', () => {
  const expected = calls('[f(a="x", n=1), g(b=True)]');
  it.each([
    ['[g(b=True), f(a="X", n=1)]', null],
    ['no call', 'code_syntax'],
    ['[f(a="x", n=1), g(b=]', 'code_syntax'],
    ['[]', 'tools_count'],
    ['[f(a="x", n=1)]', 'tools_count'],
    ['[f(a="x", n=1), h(b=True)]', 'tool_name'],
    ['[f(a="x"), g(b=True)]', 'parameter_count'],
    ['[f(a="x", n=1, m=2), g(b=True)]', 'parameter_count'],
    ['[f(a="x", m=1), g(b=True)]', 'parameter_name'],
    ['[f(a="y", n=1), g(b=True)]', 'parameter_value'],
    ['[f(a="y"), g(c=True)]', 'parameter_count'],
  ])('%s is %s', (predicted, errorClass) => {
    expect(classifyError({ expected, predicted })).toBe(errorClass);
  });
  it('calls it other when nothing was to be called', () => {
    expect(classifyError({ expected: [], predicted: '[f(a=1)]' })).toBe('other');
    expect(classifyError({ expected: [], predicted: 'Which city?' })).toBeNull();
  });
  it('aligns calls of one name by their arguments before it judges', () => {
    const parallel = calls('[f(a="x", n=1), f(a="y", n=2), f(a="z", n=3)]');
    expect(classifyError({ expected: parallel, predicted: '[f(a="z", n=3), f(a="q", n=2), f(a="x", n=1)]' })).toBe(
      'parameter_value',
    );
  });
});

describe('errorClassOfBfcl', () => {
  it.each([
    ['ast_decoder:decoder_wrong_output_format', 'code_syntax'],
    ['parallel_function_checker_no_order:wrong_count', 'tools_count'],
    ['simple_function_checker:wrong_func_name', 'tool_name'],
    ['simple_function_checker:missing_optional', 'parameter_count'],
    ['simple_function_checker:unexpected_param', 'parameter_name'],
    ['type_error:nested', 'parameter_value'],
    ['value_error:list/tuple', 'parameter_value'],
    ['irrelevance_error:decoder_success', 'other'],
  ])('%s is %s', (type, errorClass) => {
    expect(errorClassOfBfcl(type)).toBe(errorClass);
  });
  it('lets the aligned pairs decide when a parallel answer has no partner', () => {
    const type = 'parallel_function_checker_no_order:cannot_find_match';
    expect(errorClassOfBfcl(type, [null, 'value_error:string', 'simple_function_checker:missing_required'])).toBe(
      'parameter_count',
    );
  });
});

describe('gradeCalls', () => {
  const expected = calls('[f(a="New York")]');
  it.each([
    ['[f(a="New York")]', 'A'],
    ['[f(a="new york")]', 'B'],
    ['[f(a="New York", n=5)]', 'B'],
    ['[f(a="Boston")]', 'C'],
    ['[f()]', 'C'],
    ['[g(a="New York")]', 'D'],
    ['[f(a="New York"), f(a="New York")]', 'D'],
    ['Which city?', 'D'],
  ])('%s is %s', (predicted, grade) => {
    expect(gradeCalls({ expected, predicted, tools })).toBe(grade);
  });
  it('wants no call where nothing is to be called', () => {
    expect(gradeCalls({ expected: [], predicted: 'Which city?' })).toBe('A');
    expect(gradeCalls({ expected: [], predicted: '[f()]' })).toBe('D');
  });
});
