import { canonicalJson, type JsonObject, type JsonValue } from '@itool/record';
import { defineStages } from './define-stages.ts';
import { findStage, resolvePipeline } from './resolve-pipeline.ts';

const PIPELINE: JsonObject = {
  name: 'p',
  stages: {
    page: { kind: 'report', needs: { last: 'eval@last', evals: ['eval@*', 'base'] } },
    base: { kind: 'base', needs: { rows: 'data' } },
    data: { kind: 'data', params: { seed: 1 } },
    aside: { kind: 'data' },
  },
  iteration: {
    count: 2,
    stages: {
      eval: { kind: 'eval', needs: { policy: 'train@i', cases: 'data' } },
      train: { kind: 'train', needs: { policy: 'train@i-1|base' }, params: { beta: 1 } },
    },
    overrides: { '2': { train: { beta: 2 } } },
  },
};

const define = (content: JsonValue) => {
  const pipeline = resolvePipeline('p', () => JSON.stringify(content));
  return defineStages(pipeline, findStage(pipeline, 'page'), (stage) => ({ with_default: 7, ...stage.params }));
};

/** The same JSON with the members of every object in the opposite order. */
function reversed(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('defineStages', () => {
  it('lists what is upstream, producers first, and the stage itself last', () => {
    const defined = define(PIPELINE);
    expect(defined.map((stage) => stage.name)).toEqual([
      'data',
      'base',
      'train-1',
      'eval-1',
      'train-2',
      'eval-2',
      'page',
    ]);
    expect(defined[4]).toEqual({
      pipeline: 'p',
      name: 'train-2',
      kind: 'train',
      iteration: 2,
      needs: { policy: ['train-1'] },
      params: { with_default: 7, beta: 2 },
    });
    expect(defined.at(-1)).toMatchObject({
      iteration: 0,
      needs: { evals: ['eval-1', 'eval-2', 'base'], last: ['eval-2'] },
    });
  });

  it('gives the same for a file that is written in another order', () => {
    const turned = define(reversed(PIPELINE));
    expect(canonicalJson(turned)).toBe(canonicalJson(define(PIPELINE)));
    expect(turned.map((stage) => Object.keys(stage.needs))).toEqual(
      define(PIPELINE).map((stage) => Object.keys(stage.needs)),
    );
  });
});
