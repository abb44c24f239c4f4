import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@itool/artifact';
import { collectOutputs, makeInputs, outsidePath } from '@itool/stage';
import { stage } from './index.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

// biome-ignore lint/suspicious/noTemplateCurlyInString: the form that pipeline.json uses
const DATA_FILE = '${DATA}/x';

describe('import', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'itool-import-'));
    writeFileSync(join(workspace, 'a.jsonl'), 'abc');
    mkdirSync(join(workspace, 'folder'));
  });
  afterEach(() => rmSync(workspace, { recursive: true }));

  const run = async (path: string, sha256?: string) => {
    const store = openStore(join(workspace, 'store'));
    const collected = collectOutputs(store);
    const progress = () => ({ tick: () => {}, finish: () => {} });
    const params = { files: { questions: { path, ...(sha256 === undefined ? {} : { sha256 }) } } };
    const inputs = makeInputs(store, []);
    await stage.run({
      params,
      iteration: 0,
      definitions: [],
      inputs,
      out: collected.outputs,
      progress,
      log: () => {},
      scratch: workspace,
      workspace,
    });
    return collected.manifest();
  };

  it('lists a file under its name with digest and size, without its path', async () => {
    const expected = { outputs: { questions: { format: 'jsonl', sha256: ABC, size: 3 } } };
    expect(await run('a.jsonl', ABC)).toEqual(expected);
    expect(await run(join(workspace, 'a.jsonl'))).toEqual(expected);
  });

  it('names what is wrong with a file', async () => {
    await expect(run('none.jsonl')).rejects.toThrow(
      `import: questions: file does not exist: ${join(workspace, 'none.jsonl')}`,
    );
    await expect(run('folder')).rejects.toThrow(`import: questions: not a file: ${join(workspace, 'folder')}`);
    await expect(run('a.jsonl', '0'.repeat(64))).rejects.toThrow(`is ${ABC} (wanted: 000`);
  });

  it('fills in environment variables and says which one is missing', () => {
    expect(outsidePath(DATA_FILE, '/w', { DATA: '/d' })).toBe('/d/x');
    expect(outsidePath('x/y', '/w', {})).toBe('/w/x/y');
    expect(() => outsidePath(DATA_FILE, '/w', { DATA: '' })).toThrow(
      `environment variable is not set: DATA (used in path "${DATA_FILE}")`,
    );
  });
});
