import { resolvePipeline } from '@itool/pipeline';
import type { JsonObject } from '@itool/record';
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
  'pipelines/p/pipeline.json': PIPELINE,
  'libs/stages/import/package.json': {},
  'libs/stages/train/package.json': { dependencies: { '@itool/nn': '0.1.0' } },
  'libs/nn/package.json': { dependencies: { zod: '4.6.7' } },
};
const readText = (path: string) => (files[path] === undefined ? undefined : JSON.stringify(files[path]));
const projects = (version: string | undefined) =>
  stageProjects(resolvePipeline('p', readText), { packages, readText, lockedVersion: () => version });

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
