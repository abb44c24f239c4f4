import { createPublicKey } from 'node:crypto';
import { madeWorkspace } from '../../testdata/made-workspace.ts';
import { openEnvelope, preAuthEncoding, signEnvelope } from './envelope.ts';
import { keyIdOf, readSigningKey } from './signing-key.ts';
import { provenanceStatement, statementSchema } from './statement.ts';

describe('release', () => {
  it('encodes what is signed as DSSE does', () => {
    // The example of the DSSE specification, protocol.md.
    expect(preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world')).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    // Lengths are in bytes.
    expect(preAuthEncoding('é', Buffer.from('ü')).toString()).toBe('DSSEv1 2 é 2 ü');
  });

  it('opens what a trusted key has signed, whatever key id is written on it', () => {
    // RFC 8032, section 7.1, TEST 1: secret key 9d61..7f60 in PKCS#8.
    const { createPrivateKey } = jest.requireActual<typeof import('node:crypto')>('node:crypto');
    const der = Buffer.from(
      `302e020100300506032b657004220420${'9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'}`,
      'hex',
    );
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(privateKey);
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    expect(spki.subarray(-32).toString('hex')).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
    const key = { privateKey, keyid: keyIdOf(publicKey) };
    const envelope = signEnvelope('{"a":1}', key);
    const trusted = [{ publicKey, keyid: key.keyid }];
    expect(openEnvelope(JSON.stringify(envelope), trusted)).toEqual({
      state: 'signed',
      keyid: key.keyid,
      payload: '{"a":1}',
    });
    const renamed = { ...envelope, signatures: [{ ...envelope.signatures[0]!, keyid: 'other' }] };
    expect(openEnvelope(JSON.stringify(renamed), trusted)).toMatchObject({ state: 'signed', keyid: key.keyid });
    const retyped = { ...envelope, payloadType: 'text/plain' };
    expect(openEnvelope(JSON.stringify(retyped), trusted).state).toBe('malformed');
    const zero = {
      ...envelope,
      signatures: [{ ...envelope.signatures[0]!, sig: Buffer.alloc(64).toString('base64') }],
    };
    expect(openEnvelope(JSON.stringify(zero), trusted).state).toBe('bad signature');
  });

  it('refuses a file that holds no Ed25519 key', () => {
    expect(() => readSigningKey('/nowhere/key.pem')).toThrow('lineage: key cannot be read: /nowhere/key.pem');
    expect(() => readSigningKey(__filename)).toThrow('lineage: no Ed25519 key in PEM form');
  });

  it('states files, code, packages, parameters and all that a model descends from', () => {
    const made = madeWorkspace();
    const artifacts = made.make({
      files: { kind: 'import', outputs: { talk: made.text('talk') } },
      rows: { kind: 'ingest', inputs: { files: ['files'] }, outputs: { table: made.text('rows') } },
      other: { kind: 'report', inputs: { rows: ['rows'] }, outputs: { page: made.text('page') } },
      train: {
        kind: 'sft',
        params: { beta: 2 },
        externals: { '@a/b': '1.0.0' },
        inputs: { data: ['rows'] },
        outputs: { model: made.text('w') },
      },
    });
    const statement = statementSchema.parse(
      provenanceStatement(artifacts, 'train', { commit: 'abc', ledgerHead: '0'.repeat(64), run: '7' }),
    );
    expect(statement.subject).toEqual([
      { name: 'model', digest: { sha256: artifacts.stages[3]!.manifest.outputs['model']!.sha256 } },
    ]);
    const { buildDefinition } = statement.predicate;
    expect(buildDefinition.externalParameters).toMatchObject({
      pipeline: 'p',
      stage: 'train',
      parameters: { files: {}, rows: {}, train: { beta: 2 } },
    });
    expect(buildDefinition.resolvedDependencies.map(({ uri }) => uri)).toEqual([
      'git+itool',
      ...['itool:code/import', 'itool:code/ingest', 'itool:code/sft'],
      'pkg:npm/%40a/b@1.0.0',
      ...['itool:manifest/files', 'itool:file/talk', 'itool:manifest/rows'],
    ]);
    expect(() => provenanceStatement(artifacts, 'trian', { commit: null, ledgerHead: '', run: '' })).toThrow(
      'lineage: has no result to release: p.trian (valid: files, rows, other, train)',
    );
    made.remove();
  });
});
