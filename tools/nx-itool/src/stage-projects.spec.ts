import { resolvePipeline } from '@itool/pipeline';
import type { JsonObject } from '@itool/record';
import { z } from 'zod';
import { stageProjects } from './stage-projects.ts';

const PIPELINE: JsonObject = {
  name: 'p',
  stages: {
    files: { kind: 'import' },
    train: { kind: 'train', needs: { data: 'files', more: ['files'] }, params: { a: 1 } },
  },
};
const packages = new Map([
  ['@itool/stage-train', 'libs/stages/train'],
  ['@itool/stage-import', 'libs/stages/import'],
  ['@itool/nn', 'libs/nn'],
]);
const files: Record<string, unknown> = {
  'libs/stages/import/package.json': {},
  'libs/stages/page/package.json': {},
  'libs/stages/train/package.json': { dependencies: { '@itool/nn': '0.1.0' } },
  'libs/nn/package.json': { dependencies: { zod: '4.6.7' } },
};
const readText = (path: string) => (files[path] === undefined ? undefined : JSON.stringify(files[path]));
const projects = (version: string | undefined, content = PIPELINE, default_size = 1) =>
  stageProjects(
    resolvePipeline('p', (path) => (path === 'pipelines/p/pipeline.json' ? JSON.stringify(content) : readText(path))),
    {
      packages,
      readText,
      kindOf: (kind) => ({
        paramsSchema: z.strictObject({ a: z.int().optional(), size: z.int().default(default_size) }),
        readsDefinitions: kind === 'page',
      }),
      lockedVersion: () => version,
    },
  );

describe('stageProjects', () => {
  it('makes one project per stage, keyed by its fields, its closure and the manifests of its producers', () => {
    const train = projects('4.6.7')['pipelines/p/stages/train'];
    expect(train?.name).toBe('p.train');
    expect(train?.targets?.['run']).toEqual({
      command: 'node --require ./tools/register/register.cjs libs/stage/src/main.ts p train',
      cache: true,
      inputs: [
        { json: '{workspaceRoot}/pipelines/p/pipeline.json', fields: ['stages.train'] },
        '{workspaceRoot}/libs/nn/**/*',
        '!{workspaceRoot}/libs/nn/**/*.spec.ts',
        '!{workspaceRoot}/libs/nn/**/*.md',
        '!{workspaceRoot}/libs/nn/**/testdata/**',
        '!{workspaceRoot}/libs/nn/package.json',
        '{workspaceRoot}/libs/stages/train/**/*',
        '!{workspaceRoot}/libs/stages/train/**/*.spec.ts',
        '!{workspaceRoot}/libs/stages/train/**/*.md',
        '!{workspaceRoot}/libs/stages/train/**/testdata/**',
        '!{workspaceRoot}/libs/stages/train/package.json',
        { dependentTasksOutputFiles: '**/manifest.json' },
        { externalDependencies: ['zod'] },
      ],
      outputs: ['{workspaceRoot}/.itool/artifacts/p/train'],
      dependsOn: [{ projects: ['p.files'], target: 'run' }],
    });
  });

  it('keys a stage that shows definitions by what is upstream of it, defaults included', () => {
    const page = (count: number, default_size: number, beside: JsonObject) => {
      const train = { kind: 'train', needs: { data: 'files' } };
      const content = {
        name: 'p',
        stages: { files: { kind: 'import' }, train, beside, page: { kind: 'page', needs: { best: 'tune@last' } } },
        iteration: {
          count,
          stages: { tune: { kind: 'train', needs: { policy: 'tune@i-1|train' } } },
          overrides: { '2': { tune: { a: 2 } } },
        },
      };
      return projects('4.6.7', content, default_size)['pipelines/p/stages/page'];
    };
    const aside = { kind: 'train', params: { a: 1 } };
    const first = page(2, 1, aside);
    expect(first?.targets?.['run']?.inputs?.[0]).toEqual({
      json: '{workspaceRoot}/pipelines/p/pipeline.json',
      fields: ['stages.page', 'stages.files', 'stages.train', 'iteration.stages.tune', 'iteration.overrides.2.tune'],
    });
    expect(first?.tags).toEqual([expect.stringMatching(/^definitions:[0-9a-f]{16}$/)]);
    expect(page(2, 1, { ...aside, params: { a: 2 } })?.tags).toEqual(first?.tags);
    expect(page(2, 7, aside)?.tags).not.toEqual(first?.tags);
    expect(page(3, 1, aside)?.tags).not.toEqual(first?.tags);
    expect(projects('4.6.7')['pipelines/p/stages/train']?.tags).toBeUndefined();
  });

  it('never caches imports and the umbrella', () => {
    const made = projects('4.6.7');
    expect(made['pipelines/p/stages/files']?.targets?.['run']?.cache).toBe(false);
    expect(made['pipelines/p']?.targets?.['run']).toMatchObject({
      cache: false,
      dependsOn: [{ projects: ['p.files', 'p.train'], target: 'run' }],
    });
  });

  it('refuses a package that the lock file does not have in this version', () => {
    expect(() => projects('4.6.6')).toThrow('stage kind train needs zod@4.6.7, but package-lock.json has 4.6.6');
    expect(() => projects(undefined)).toThrow('package-lock.json has none');
  });
});
