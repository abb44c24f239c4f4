import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobPath, manifestDigest } from '@itool/artifact';
import { ledgerPath, objectPath, readLedger } from '@itool/ledger';
import { canonicalJson } from '@itool/record';
import { type MadeWorkspace, madeWorkspace } from '../../testdata/made-workspace.ts';
import type { PipelineArtifacts } from '../artifacts.ts';
import { signEnvelope } from '../release/envelope.ts';
import { releasePath, writeRelease } from '../release/release-folder.ts';
import { newKeyPair, readSigningKey, readTrustedKeys } from '../release/signing-key.ts';
import { provenanceStatement, statementSchema } from '../release/statement.ts';
import { verifyArtifacts } from './verify-artifacts.ts';

describe('verify', () => {
  let made: MadeWorkspace;
  let artifacts: PipelineArtifacts;
  beforeEach(() => {
    made = madeWorkspace();
    artifacts = made.make({
      rows: { kind: 'k', outputs: { table: made.text('rows') } },
      train: {
        kind: 'k',
        inputs: { data: ['rows'] },
        params: { beta: 2 },
        outputs: { model: made.text('weights'), log: made.text('log') },
      },
    });
    made.run('1', { rows: 'success', train: 'success' });
  });
  afterEach(() => made.remove());

  const model = () => artifacts.stages[1]!.manifest.outputs['model']!;
  const verify = (run = false, trusted: Parameters<typeof verifyArtifacts>[0]['trusted'] = []) => {
    const ledger = readLedger(made.root);
    const options = {
      workspace: made.root,
      store: made.store,
      pipeline: 'p',
      stages: ['rows', 'train'],
      ledger,
      trusted,
    };
    return verifyArtifacts(options, run ? ledger.entries[0] : undefined);
  };
  const found = (run = false) => verify(run).findings.map(({ state, what }) => `${state} ${what}`);
  const edit = (path: string, from: string, to: string): void => {
    chmodSync(path, 0o644);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
  };
  const inFolder = (name: string) => join(made.root, '.itool/artifacts/p', name);

  it('finds nothing where all is as recorded', () => {
    expect(verify()).toEqual({
      findings: [],
      checked: { stages: 2, blobs: 3, bytes: 14, ledger_entries: 1, statements: 0 },
    });
    expect(verify(true)).toMatchObject({ findings: [], checked: { stages: 2, blobs: 3 } });
  });

  it('names a lost and a damaged output and leaves both as they are, also where a digest is remembered', () => {
    const path = blobPath(made.store, model().sha256);
    edit(path, 'weights', 'weightS');
    for (const run of [false, true]) expect(found(run)).toEqual(['damaged train/model']);
    expect(readFileSync(path, 'utf8')).toBe('weightS');
    rmSync(path);
    for (const run of [false, true]) expect(found(run)).toEqual(['missing train/model']);
    expect(existsSync(path)).toBe(false);
  });

  it('names an exchanged manifest, also with a provenance that fits it', () => {
    const other = made.make({ train: { kind: 'k', params: { beta: 2 }, outputs: { model: made.text('poison') } } });
    expect(other.stages.length).toBeGreaterThan(0);
    expect(found()).toEqual(['altered train/manifest.json', 'altered train/provenance.json']);
    // What the run ended with is kept apart.
    expect(found(true)).toEqual([]);
  });

  it('names an edited parameter in a provenance', () => {
    edit(inFolder('train/provenance.json'), '"beta": 2', '"beta": 3');
    expect(found()).toEqual(['altered train/provenance.json']);
  });

  it('names what is not there at all', () => {
    rmSync(inFolder('train/manifest.json'));
    expect(found()).toEqual(['missing train/manifest.json']);
    rmSync(objectPath(made.root, manifestDigest(artifacts.stages[1]!.manifest)));
    expect(found(true)).toEqual(['missing train/manifest.json']);
  });

  it('names an edited run record and an edited ledger', () => {
    edit(join(made.root, '.itool/runs/1.json'), '"commit":"c1"', '"commit":"c9"');
    expect(found()).toEqual(['altered .itool/runs/1.json']);
    edit(ledgerPath(made.root), '"commit":"c1"', '"commit":"c9"');
    expect(found()).toContain('altered ledger');
  });

  it('names a run whose entry was cut off the end of the ledger', () => {
    made.run('2', { rows: 'local-cache', train: 'local-cache' });
    const [first] = readFileSync(ledgerPath(made.root), 'utf8').split('\n');
    writeFileSync(ledgerPath(made.root), `${first}\n`);
    expect(found()).toEqual(['unrecorded .itool/runs/2.json']);
  });

  describe('of a released model', () => {
    const keys = (name: string) => {
      const { privatePem, publicPem } = newKeyPair();
      const path = join(made.root, name);
      writeFileSync(path, privatePem);
      writeFileSync(`${path}.pub`, publicPem);
      return { signing: readSigningKey(path), trusted: readTrustedKeys(`${path}.pub`) };
    };
    const release = (signing: ReturnType<typeof keys>['signing']): string => {
      const head = { commit: 'c1', ledgerHead: readLedger(made.root).head, run: '1' };
      const statement = statementSchema.parse(provenanceStatement(artifacts, 'train', head));
      const path = releasePath(made.root, 'p', 'train', manifestDigest(artifacts.stages[1]!.manifest));
      writeRelease(path, canonicalJson(signEnvelope(canonicalJson(statement), signing)));
      return path;
    };
    const states = (trusted: Parameters<typeof verifyArtifacts>[0]['trusted']) =>
      verify(false, trusted).findings.map(({ state, what }) => `${state} ${what.split('/').at(-1)}`);

    it('accepts a statement that a trusted key has signed', () => {
      const { signing, trusted } = keys('own');
      release(signing);
      expect(verify(false, trusted)).toMatchObject({ findings: [], checked: { statements: 1 } });
    });

    it('names a statement of an unknown key', () => {
      release(keys('theirs').signing);
      expect(states(keys('own').trusted)).toEqual([expect.stringMatching(/^untrusted .*intoto\.jsonl$/)]);
      expect(states([])).toEqual([expect.stringMatching(/^untrusted /)]);
    });

    it('names a statement that was changed after it was signed', () => {
      const { signing, trusted } = keys('own');
      const path = release(signing);
      const envelope = JSON.parse(readFileSync(path, 'utf8')) as { payload: string };
      const payload = Buffer.from(envelope.payload, 'base64').toString().replace('"beta":2', '"beta":3');
      writeFileSync(path, JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
      expect(verify(false, trusted).findings).toMatchObject([
        { state: 'altered', why: 'bad signature: it is not what was signed' },
      ]);
      writeFileSync(path, '{}');
      expect(verify(false, trusted).findings).toMatchObject([
        { state: 'altered', why: 'malformed: it is not what was signed' },
      ]);
    });

    it('names a released file that is lost, and a ledger that no longer holds what was signed after', () => {
      const { signing, trusted } = keys('own');
      made.run('2', { rows: 'success', train: 'success' });
      release(signing);
      rmSync(blobPath(made.store, model().sha256));
      expect(verify(false, trusted).findings.map(({ what }) => what)).toEqual([
        'train/model',
        expect.stringMatching(/jsonl: model$/),
      ]);
      const [first] = readFileSync(ledgerPath(made.root), 'utf8').split('\n');
      writeFileSync(ledgerPath(made.root), `${first}\n`);
      rmSync(join(made.root, '.itool/runs/2.json'));
      expect(verify(false, trusted).findings.map(({ what }) => what)).toContain('ledger');
    });
  });
});
