import type { JsonObject } from '@itool/record';
import { z } from 'zod';
import { parseParams } from './parse-params.ts';
import { findStage, resolvePipeline } from './resolve-pipeline.ts';

const BASE: JsonObject = {
  name: 'p',
  stages: {
    report: { kind: 'report', needs: { evals: ['eval@*', 'data'], best: 'eval@last' } },
    data: { kind: 'data', params: { seed: 1 } },
  },
  iteration: {
    count: 2,
    stages: {
      eval: { kind: 'eval', needs: { policy: 'train@i' } },
      train: { kind: 'train', needs: { data: 'data', policy: 'train@i-1|data' }, params: { beta: 1, list: [1, 2] } },
    },
    overrides: { '2': { train: { beta: 2 } } },
  },
};

const reader = (files: Record<string, unknown>) => (path: string) => {
  const content = files[path];
  return content === undefined || typeof content === 'string' ? content : JSON.stringify(content);
};
const resolve = (content: unknown) => resolvePipeline('p', reader({ 'pipelines/p/pipeline.json': content }));
const changed = (change: (base: typeof BASE & Record<string, never>) => void) => {
  const copy = structuredClone(BASE) as typeof BASE & Record<string, never>;
  change(copy);
  return () => resolve(copy);
};
type Loose = Record<string, Record<string, Record<string, Record<string, unknown>>>>;

describe('resolvePipeline', () => {
  const pipeline = resolve(BASE);

  it('expands iterations and puts producers first', () => {
    expect(pipeline.stages.map((s) => s.name)).toEqual(['data', 'train-1', 'eval-1', 'train-2', 'eval-2', 'report']);
    expect(pipeline.iterations).toBe(2);
  });

  it('resolves references', () => {
    expect(findStage(pipeline, 'train-1').needs).toEqual({
      data: { list: false, stages: ['data'] },
      policy: { list: false, stages: ['data'] },
    });
    expect(findStage(pipeline, 'train-2').needs['policy']).toEqual({ list: false, stages: ['train-1'] });
    expect(findStage(pipeline, 'report').needs).toEqual({
      evals: { list: true, stages: ['eval-1', 'eval-2', 'data'] },
      best: { list: false, stages: ['eval-2'] },
    });
  });

  it('merges overrides and names every field that defines a stage', () => {
    const file = 'pipelines/p/pipeline.json';
    expect(findStage(pipeline, 'train-1').params).toEqual({ beta: 1, list: [1, 2] });
    expect(findStage(pipeline, 'train-2').params).toEqual({ beta: 2, list: [1, 2] });
    expect(findStage(pipeline, 'train-1').param_sources).toEqual([{ file, field: 'iteration.stages.train' }]);
    expect(findStage(pipeline, 'train-2').param_sources).toEqual([
      { file, field: 'iteration.stages.train' },
      { file, field: 'iteration.overrides.2.train' },
    ]);
  });

  it('extends another pipeline', () => {
    const files = {
      'pipelines/p/pipeline.json': BASE,
      'pipelines/q/pipeline.json': {
        name: 'q',
        extends: '../p/pipeline.json',
        stages: { data: { params: { seed: 2 } } },
      },
    };
    const q = resolvePipeline('q', reader(files));
    expect(q.files).toEqual(['pipelines/p/pipeline.json', 'pipelines/q/pipeline.json']);
    expect(findStage(q, 'data')).toEqual({
      pipeline: 'q',
      name: 'data',
      kind: 'data',
      needs: {},
      params: { seed: 2 },
      param_sources: [
        { file: 'pipelines/p/pipeline.json', field: 'stages.data' },
        { file: 'pipelines/q/pipeline.json', field: 'stages.data' },
      ],
    });
    expect(findStage(q, 'train-2').param_sources.map((s) => s.file)).toEqual([
      'pipelines/p/pipeline.json',
      'pipelines/p/pipeline.json',
    ]);
  });

  it('refuses a circle of extends', () => {
    const files = {
      'pipelines/p/pipeline.json': { extends: '../q/pipeline.json' },
      'pipelines/q/pipeline.json': { extends: '../p/pipeline.json' },
    };
    expect(() => resolvePipeline('p', reader(files))).toThrow('goes round in a circle');
  });

  const at = (copy: unknown) => copy as Loose;
  it.each<[string, () => unknown, string]>([
    [
      'unknown key',
      changed((c) => Object.assign(at(c)['stages']!['data']!, { parms: {} })),
      'pipelines/p/pipeline.json: stages.data.parms: unknown key: "parms" (valid: kind, needs, params)',
    ],
    [
      'unknown key at the root',
      changed((c) => Object.assign(c, { iterations: {} })),
      'iterations: unknown key: "iterations" (valid: description, iteration, name, stages)',
    ],
    ['missing kind', changed((c) => Object.assign(c['stages']!, { more: {} })), 'stages.more.kind: '],
    [
      'dotted name',
      changed((c) => Object.assign(c['stages']!, { 'a.b': { kind: 'data' } })),
      'stage name is not usable: "a.b"',
    ],
    [
      'name of an iteration',
      changed((c) => Object.assign(c['stages']!, { 'eval-2': { kind: 'data' } })),
      'two stages would have the name: "eval-2"',
    ],
    [
      'unknown reference',
      changed((c) => Object.assign(at(c)['stages']!['report']!, { needs: { x: 'dta' } })),
      'stages.report.needs.x: unknown stage: "dta" (valid: report, data)',
    ],
    [
      'bare iteration stage',
      changed((c) => Object.assign(at(c)['stages']!['report']!, { needs: { x: 'eval' } })),
      'needs to say which iteration: "eval" (valid: eval@last, eval@*)',
    ],
    [
      '@* outside a list',
      changed((c) => Object.assign(at(c)['stages']!['report']!, { needs: { x: 'eval@*' } })),
      'belongs into a list: "eval@*" (valid: ["eval@*"])',
    ],
    [
      '@i outside an iteration',
      changed((c) => Object.assign(at(c)['stages']!['report']!, { needs: { x: 'eval@i' } })),
      'only a stage of the iterations can say @i',
    ],
    [
      'unknown first stage',
      changed((c) => Object.assign(at(c)['iteration']!['stages']!['train']!, { needs: { x: 'train@i-1|dta' } })),
      'unknown stage after "|"',
    ],
    [
      'cycle',
      changed((c) => Object.assign(at(c)['stages']!['data']!, { needs: { x: 'eval@last' } })),
      'in a circle: data -> eval-2 -> train-2 -> data',
    ],
    [
      'override of no iteration',
      changed((c) => Object.assign(at(c)['iteration']!['overrides']!, { '3': {} })),
      'no such iteration: "3" (valid: "1" to "2")',
    ],
    [
      'override of no stage',
      changed((c) => Object.assign(at(c)['iteration']!['overrides']!['2']!, { tran: {} })),
      'iteration.overrides.2: unknown stage: "tran" (valid: eval, train)',
    ],
    [
      'unusable name',
      changed((c) => Object.assign(c, { name: 'p.1' })),
      'pipelines/p/pipeline.json: name: expected lower-case letters, digits and "-"',
    ],
    ['wrong name', changed((c) => Object.assign(c, { name: 'q' })), 'differs from the folder: "q" (valid: "p")'],
    ['missing file', () => resolvePipeline('none', reader({})), 'file does not exist: pipelines/none/pipeline.json'],
    ['unknown stage asked for', () => findStage(pipeline, 'x'), 'p has no stage: "x" (valid: data, train-1,'],
  ])('refuses: %s', (_, act, message) => expect(act).toThrow(message));
});

describe('parseParams', () => {
  const schema = z.strictObject({
    beta: z.number(),
    list: z.array(z.int()).default([]),
    deep: z.strictObject({ a: z.int().optional() }).default({}),
  });
  const read = (train: JsonObject, over: JsonObject) => {
    const content = {
      name: 'p',
      stages: {},
      iteration: { count: 1, stages: { train: { kind: 'train', params: train } }, overrides: { '1': { train: over } } },
    };
    const readText = reader({ 'pipelines/p/pipeline.json': content });
    return () => parseParams(findStage(resolvePipeline('p', readText), 'train-1'), schema, readText);
  };

  it('fills in defaults', () => expect(read({ beta: 1 }, { list: [3] })()).toEqual({ beta: 1, list: [3], deep: {} }));

  it('names the place that was written last', () => {
    expect(read({ beta: 1 }, { beta: 'x' })).toThrow('pipelines/p/pipeline.json: iteration.overrides.1.train.beta: ');
    expect(read({ beta: 'x' }, {})).toThrow('pipelines/p/pipeline.json: iteration.stages.train.params.beta: ');
    expect(read({ beta: 1, bet: 2 }, {})).toThrow(
      'iteration.stages.train.params.bet: unknown key: "bet" (valid: beta, deep, list)',
    );
    expect(read({ beta: 1, deep: { b: 2 } }, {})).toThrow(
      'iteration.stages.train.params.deep.b: unknown key: "b" (valid: a)',
    );
  });
});
