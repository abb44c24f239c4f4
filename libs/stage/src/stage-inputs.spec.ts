import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@itool/artifact';
import { makeInputs } from './stage-inputs.ts';
import { collectOutputs } from './stage-outputs.ts';

describe('outputs read as inputs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'itool-inputs-'));
  const store = openStore(folder);
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = async () => {
    const collected = collectOutputs(store);
    const { outputs: out } = collected;
    out.table('rows', { id: 'utf8', ids: 'list<int32>' }, [{ id: 'a', ids: [1, 2] }]);
    await out.parquet('cases', { id: 'utf8', p: 'float64?' }, [{ id: 'a', p: null }]);
    out.json('scores', { b: 1, a: 2 });
    out.text('note', 'hello');
    out.bytes('model', Uint8Array.of(1, 2), 'safetensors');
    out.fact('tokens', 3);
    return collected;
  };

  it('come back in each form', async () => {
    const collected = await write();
    const manifest = collected.manifest();
    expect(collected.facts()).toEqual({ tokens: 3 });
    expect(manifest.outputs['rows']).toMatchObject({
      format: 'arrow',
      rows: 1,
      columns: [
        { name: 'id', type: 'utf8' },
        { name: 'ids', type: 'list<int32>' },
      ],
    });
    const inputs = makeInputs(store, [{ role: 'data', list: false, stages: [{ stage: 'ingest', manifest }] }]);
    expect(await inputs.rows('data', 'rows')).toEqual([{ id: 'a', ids: [1, 2] }]);
    expect(await inputs.rows('data', 'cases')).toEqual([{ id: 'a', p: null }]);
    expect(inputs.columns('data', 'rows').int32Lists('ids').values).toEqual(Int32Array.of(1, 2));
    expect(inputs.json('data', 'scores')).toEqual({ a: 2, b: 1 });
    expect(inputs.text('data', 'scores')).toBe('{"a":2,"b":1}');
    expect(Array.from(inputs.bytes('data', 'model'))).toEqual([1, 2]);
    expect(readFileSync(inputs.path('data', 'note'), 'utf8')).toBe('hello');
    expect([inputs.has('data'), inputs.has('data', 'rows'), inputs.has('data', 'x'), inputs.has('x')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(inputs.stage('data').names).toEqual(['cases', 'model', 'note', 'rows', 'scores']);
  });

  it('are given in order for a list, and mistakes are named', async () => {
    const manifest = (await write()).manifest();
    const stages = ['eval-1', 'eval-2'].map((stage) => ({ stage, manifest }));
    const inputs = makeInputs(store, [{ role: 'evals', list: true, stages }]);
    expect(inputs.stages('evals').map((s) => s.stage)).toEqual(['eval-1', 'eval-2']);
    expect(() => inputs.text('evals', 'note')).toThrow('role wants one stage but is a list: evals');
    expect(() => inputs.text('eval', 'note')).toThrow('no stage is given for the role: "eval" (given: evals)');
    expect(() => inputs.stages('evals')[0]!.text('not')).toThrow(
      'stage eval-1 has no output: "not" (valid: cases, model, note, rows, scores)',
    );
    await expect(inputs.stages('evals')[0]!.rows('note')).rejects.toThrow(
      'output of stage eval-1 is not a table: note: text (valid: arrow, parquet)',
    );
    expect(() => inputs.stages('evals')[1]!.columns('cases')).toThrow('is not a table: cases: parquet (valid: arrow)');
  });

  it('cannot be written twice, and what cannot be written names its output', async () => {
    const { outputs: out } = collectOutputs(store);
    await expect(out.parquet('cases', { p: 'float64' }, [{ p: Number.NaN }])).rejects.toThrow(
      'output cases: artifact: row 0: column p is NaN',
    );
    expect(() => out.json('scores', { share: Number.NaN })).toThrow(
      'output scores: canonical-json: number is not finite: NaN',
    );
    out.text('note', 'a');
    expect(() => out.text('note', 'b')).toThrow('output is written twice: "note"');
    expect(() => out.table('rows', { id: 'int32' }, [{ id: 1.5 }])).toThrow(
      'output rows: artifact: row 0: column id wants int32: 1.5',
    );
  });
});
