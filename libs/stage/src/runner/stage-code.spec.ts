import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stageCode } from './stage-code.ts';

it('covers what computes, not tests, builds, text or the runner', () => {
  const root = mkdtempSync(join(tmpdir(), 'itool-code-'));
  const digestAfter = (file: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), file);
    return stageCode(root, { folders: ['libs/a', 'libs/pipeline', 'libs/stage'], externals: [] }).digest;
  };
  for (const folder of ['libs/pipeline/src', 'libs/stage/src/runner'])
    mkdirSync(join(root, folder), { recursive: true });
  let digest = digestAfter('libs/a/src/a.ts');
  for (const file of ['libs/a/native/a.cc', 'libs/a/src/template.jinja', 'libs/stage/src/stage-outputs.ts']) {
    const next = digestAfter(file);
    expect(next).not.toBe(digest);
    digest = next;
  }
  for (const file of [
    'libs/a/src/a.spec.ts',
    'libs/a/README.md',
    'libs/a/testdata/a.json',
    'libs/a/native/build/a.node',
    'libs/a/package.json',
    'libs/b/src/b.ts',
    'libs/pipeline/src/ref.ts',
    'libs/stage/src/runner/run-stage.ts',
    'libs/stage/src/main.ts',
  ]) {
    expect(digestAfter(file)).toBe(digest);
  }
  rmSync(root, { recursive: true });
});
