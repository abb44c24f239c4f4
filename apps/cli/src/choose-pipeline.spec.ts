import { choosePipeline } from './choose-pipeline.ts';

describe('choosePipeline', () => {
  it('takes what was asked for, else the only one, else itool', () => {
    expect(choosePipeline('b', ['a', 'b'])).toBe('b');
    expect(choosePipeline(undefined, ['a'])).toBe('a');
    expect(choosePipeline(undefined, ['a', 'itool'])).toBe('itool');
  });

  it('names the valid choices', () => {
    expect(() => choosePipeline('c', ['a', 'b'])).toThrow('cli: no such pipeline: "c" (valid: a, b)');
    expect(() => choosePipeline(undefined, ['a', 'b'])).toThrow('"itool" (valid: a, b)');
  });
});
