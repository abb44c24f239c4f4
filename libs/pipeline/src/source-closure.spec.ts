import { isSource, sourceClosure } from './source-closure.ts';

const manifests: Record<string, Record<string, string>> = {
  'libs/stages/train': { '@itool/nn': '0.1.0', zod: '4.6.7' },
  'libs/nn': { '@itool/tensor': '0.1.0' },
  'libs/tensor': { '@tensorflow/tfjs': '4.22.0' },
  'libs/other': {},
};
const packages = new Map(
  Object.keys(manifests).map((folder) => [
    `@itool/${folder.replace('libs/', '').replace('stages/', 'stage-')}`,
    folder,
  ]),
);
const read =
  (more: Record<string, Record<string, string>> = {}) =>
  (path: string) => {
    const dependencies = { ...manifests, ...more }[path.replace('/package.json', '')];
    return dependencies === undefined ? undefined : JSON.stringify({ dependencies });
  };

describe('sourceClosure', () => {
  it('follows workspace packages and collects external ones', () => {
    expect(sourceClosure('train', packages, read())).toEqual({
      folders: ['libs/nn', 'libs/stages/train', 'libs/tensor'],
      externals: [
        { name: '@tensorflow/tfjs', version: '4.22.0' },
        { name: 'zod', version: '4.6.7' },
      ],
    });
  });
  it('refuses what would make a key unsure', () => {
    expect(() => sourceClosure('trian', packages, read())).toThrow('unknown kind of stage: "trian" (valid: train)');
    expect(() => sourceClosure('train', packages, read({ 'libs/nn': { zod: '^4.0.0' } }))).toThrow(
      'libs/nn/package.json: dependencies: version is not exact: zod@^4.0.0',
    );
    expect(() => sourceClosure('train', packages, read({ 'libs/nn': { '@itool/gone': '0.1.0' } }))).toThrow(
      'does not have: @itool/gone',
    );
  });
});

it.each([
  ['src/a.ts', true],
  ['native/kernel.cc', true],
  ['templates/compact.jinja', true],
  ['src/a.spec.ts', false],
  ['README.md', false],
  ['testdata/a.json', false],
  ['src/testdata/a.json', false],
  ['package.json', false],
  ['native/build/addon.node', false],
  ['.cache/x', false],
])('isSource(%s) is %s', (path, expected) => expect(isSource(path)).toBe(expected));
