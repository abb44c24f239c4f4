import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { inspectBlob, manifestDigest, openStore } from '@itool/artifact';
import { appendEntry, putObject, readLedger, userName } from '@itool/ledger';
import {
  newKeyPair,
  provenanceStatement,
  readArtifacts,
  readSigningKey,
  releasePath,
  signEnvelope,
  stageHistory,
  writeRelease,
} from '@itool/lineage';
import { canonicalJson, ItoolError } from '@itool/record';
import { chooseStage } from '../choose-stage.ts';
import { printJson, type Terminal } from '../terminal.ts';

/**
 * Signs where the outputs of a stage come from: an in-toto statement with SLSA provenance in a DSSE envelope, kept beside the ledger.
 *
 * @throws ItoolError corrupt_artifact when an output is missing or damaged: nothing is signed that is not there
 */
export function releaseVerb(
  terminal: Terminal,
  wanted: string | undefined,
  options: { json?: boolean; key?: string; newKey?: string },
): void {
  if (options.newKey !== undefined) {
    makeKey(terminal, options.newKey, options.json ?? false);
    return;
  }
  if (wanted === undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: 'cli: release wants a stage',
      hint: 'For example: itool release itool.optimize-3',
    });
  }
  const { workspace } = terminal;
  const { pipeline, stage } = chooseStage(workspace, wanted);
  const key = readSigningKey(
    options.key ?? process.env['ITOOL_SIGNING_KEY'] ?? join(homedir(), '.itool', 'signing.pem'),
  );
  const ledger = readLedger(workspace);
  const store = openStore();
  const artifacts = readArtifacts(workspace, pipeline, store);
  const last = stageHistory(workspace, ledger.entries, `${pipeline}.${stage}`)[0];
  const statement = provenanceStatement(artifacts, stage, {
    commit: last?.run.commit ?? null,
    ledgerHead: ledger.head,
    run: last?.run.run ?? 'unknown',
  });
  const { manifest } = artifacts.stages.find((one) => one.name === stage)!;
  for (const [output, blob] of Object.entries(manifest.outputs)) {
    const state = inspectBlob(store, blob, { rehash: true });
    if (state === 'intact') continue;
    throw new ItoolError({
      code: 'corrupt_artifact',
      message: `cli: cannot release ${pipeline}.${stage}: output is ${state}: ${output}`,
      hint: `Make it again: itool run ${pipeline}`,
    });
  }
  const envelope = `${canonicalJson(signEnvelope(canonicalJson(statement), key))}\n`;
  const path = releasePath(workspace, pipeline, stage, manifestDigest(manifest));
  writeRelease(path, envelope);
  const body = {
    kind: 'release' as const,
    stage: `${pipeline}.${stage}`,
    manifest: manifestDigest(manifest),
    statement: putObject(workspace, envelope),
    keyid: key.keyid,
    user: userName(),
    host: hostname(),
  };
  appendEntry(workspace, body, Date.now());
  if (options.json)
    printJson(terminal, { pipeline, stage, path, keyid: key.keyid, subjects: statement.subject.length });
  else
    terminal.out(
      `${pipeline}.${stage}: ${statement.subject.length} outputs signed with key ${key.keyid.slice(0, 16)}\n${path}\n`,
    );
}

function makeKey(terminal: Terminal, path: string, json: boolean): void {
  if (existsSync(path)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: file exists: ${path}`,
      hint: 'A key is never overwritten: name another file.',
    });
  }
  const { privatePem, publicPem } = newKeyPair();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, privatePem, { mode: 0o600, flag: 'wx' });
  writeFileSync(`${path}.pub`, publicPem, { flag: 'wx' });
  if (json) printJson(terminal, { private_key: path, public_key: `${path}.pub` });
  else terminal.out(`${path}: private key; ${path}.pub: public key, for those who verify\n`);
}
