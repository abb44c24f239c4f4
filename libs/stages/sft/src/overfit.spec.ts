import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, readBlob, readManifest, readParquet, readTable } from '@itool/artifact';
import { openRunner, runStage } from '@itool/stage';
import { useBackend } from '@itool/tensor';

const ROOT = join(__dirname, '../../../..');
const STAGES = ['ingest', 'split', 'tier', 'base', 'sft', 'sft-permuted', 'eval-base', 'eval-sft', 'eval-permuted'];

type Case = { output: string; valid: boolean };

describe('pipelines/overfit', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'itool-overfit-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('decodes eight learned rows exactly, and none after training on permuted targets', async () => {
    const backend = await useBackend('auto');
    if (backend.name !== 'native') {
      console.warn(`skipped: learning by heart takes minutes on the backend ${backend.name} (${backend.reason})`);
      return;
    }
    const store = openStore(join(folder, 'store'));
    const runner = { ...openRunner(ROOT, 'overfit', store), workspace: folder, write: () => {} };
    for (const stage of STAGES) expect(await runStage(runner, stage)).toBe('ran');
    const bytes = (stage: string, output: string) => {
      const manifest = readManifest(join(folder, '.itool', 'artifacts', 'overfit', stage, 'manifest.json'))!;
      return readBlob(store, manifest.outputs[output]!.sha256);
    };
    const targets = readTable<{ target: string }>(bytes('ingest', 'rows')).map((row) => row.target);
    const cases = (stage: string) => readParquet<Case>(bytes(stage, 'cases'));
    const right = (rows: readonly Case[]) => rows.filter((row) => row.valid).length;
    const outputs = (rows: readonly Case[]) => rows.map((row) => row.output).sort();

    expect(new Set(targets).size).toBe(8);
    const learned = await cases('eval-sft');
    expect([right(await cases('eval-base')), right(learned), learned.length]).toEqual([0, 8, 8]);
    expect(outputs(learned)).toEqual([...targets].sort());
    const control = await cases('eval-permuted');
    expect(right(control)).toBeLessThanOrEqual(1);
    // The control learned as much, but what it learned are answers to other questions.
    expect(outputs(control).filter((output) => targets.includes(output)).length).toBeGreaterThanOrEqual(6);
  }, 300_000);
});
