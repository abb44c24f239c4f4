import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendEntry } from './append-entry.ts';
import { type LedgerBody, ledgerPath } from './ledger-entry.ts';
import { objectPath, putObject, readObject } from './object-store.ts';
import { checkChain, readLedger } from './read-ledger.ts';
import { recordRun } from './record-run.ts';

describe('ledger', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'itool-ledger-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true, force: true }));

  const run = (id: string): LedgerBody => ({
    ...{ kind: 'run', run: id, commit: null, user: 'u', host: 'h', start: 1, end: 2, record: 'a'.repeat(64) },
    tasks: { 'p.s': { status: 'success' } },
  });
  const fill = (): string[] => {
    for (const id of ['1', '2', '3']) appendEntry(workspace, run(id), Number(id));
    return readFileSync(ledgerPath(workspace), 'utf8').trimEnd().split('\n');
  };
  const check = (lines: readonly string[]) => checkChain(lines.map((line) => `${line}\n`).join(''));

  it('chains entries by their hashes', () => {
    fill();
    const { entries, head, broken, torn } = readLedger(workspace);
    expect(entries.map(({ seq, at }) => [seq, at])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    expect(entries[0]!.prev).toBe('0'.repeat(64));
    expect(entries[2]!.prev).toBe(entries[1]!.hash);
    expect([head, broken, torn]).toEqual([entries[2]!.hash, null, 0]);
  });

  it('names the first line that was altered, removed, moved or put in', () => {
    const [a, b, c] = fill() as [string, string, string];
    const altered = 'was altered: its hash is not that of its content';
    const loose = 'does not follow the entry before it: an entry was altered, removed or put in';
    expect(check([a, b.replace('"run":"2"', '"run":"9"'), c]).broken).toEqual({ line: 2, why: altered });
    expect(check([a, c]).broken).toEqual({ line: 2, why: loose });
    expect(check([b, c]).broken).toEqual({ line: 1, why: loose });
    expect(check([a, c, b]).broken).toEqual({ line: 2, why: loose });
    expect(check([a, a, b, c]).broken).toEqual({ line: 2, why: loose });
    expect(check([a, '{"seq":1}', b]).broken).toEqual({ line: 2, why: 'is not an entry' });
    // What a chain alone cannot show: that the last entries are gone.
    expect(check([a, b]).broken).toBeNull();
  });

  it('appends nothing to a broken chain', () => {
    const [a, , c] = fill();
    writeFileSync(ledgerPath(workspace), `${a}\n${c}\n`);
    expect(() => appendEntry(workspace, run('4'), 4)).toThrow('ledger: line 2 does not follow the entry before it');
    expect(readFileSync(ledgerPath(workspace), 'utf8')).toBe(`${a}\n${c}\n`);
  });

  it('goes on after a line that a crash has cut short', () => {
    fill();
    appendFileSync(ledgerPath(workspace), '{"at":9,"body":{"ki');
    appendEntry(workspace, run('4'), 4);
    const { entries, broken, torn } = readLedger(workspace);
    expect([entries.length, broken, torn]).toEqual([4, null, 1]);
  });

  it('takes the lock of a process that is gone', () => {
    fill();
    writeFileSync(`${ledgerPath(workspace)}.lock`, '999999999');
    expect(appendEntry(workspace, run('4'), 4).seq).toBe(3);
  });

  it('keeps texts by digest and gives back none that was altered', () => {
    const sha256 = putObject(workspace, 'text');
    // sha256 of "text"
    expect(sha256).toBe('982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1');
    expect(readObject(workspace, sha256)).toBe('text');
    rmSync(objectPath(workspace, sha256));
    writeFileSync(objectPath(workspace, sha256), 'other');
    expect(readObject(workspace, sha256)).toBeUndefined();
    expect(readFileSync(objectPath(workspace, sha256), 'utf8')).toBe('other');
  });

  it('records the stages of a run with the digests of what they left, and keeps that', () => {
    const folder = join(workspace, '.itool', 'artifacts', 'p', 'train');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'manifest.json'), 'm');
    writeFileSync(join(folder, 'provenance.json'), 'v');
    const task = { status: 'success', hash: '12', start: 5, end: 9 };
    const record = {
      ...{ id: '7', commit: 'c0ffee', start: 1, end: 10 },
      tasks: { 'p.train:run': task, 'p.eval:run': { status: 'failure' }, 'p:run': task, 'lib:build': task },
    };
    const entry = recordRun(workspace, record, 'text of the record')!;
    const [manifest, provenance] = [putObject(workspace, 'm'), putObject(workspace, 'v')];
    expect(entry.body).toMatchObject({
      ...{ kind: 'run', run: '7', commit: 'c0ffee', start: 1, end: 10 },
      tasks: { 'p.train': { ...task, manifest, provenance }, 'p.eval': { status: 'failure' } },
    });
    expect(Object.keys(entry.body.kind === 'run' ? entry.body.tasks : {})).toEqual(['p.train', 'p.eval']);
    expect(recordRun(workspace, { id: '8', start: 1, tasks: { 'lib:build': task } }, '')).toBeNull();
  });
});
