import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  inspectBlob,
  type Manifest,
  manifestDigest,
  manifestSchema,
  readProvenance,
  type Store,
  sha256Of,
} from '@itool/artifact';
import { type LedgerCheck, type LedgerEntry, readObject, readRunRecords } from '@itool/ledger';
import { stageFolder } from '@itool/pipeline';
import { openEnvelope } from '../release/envelope.ts';
import { listReleases } from '../release/release-folder.ts';
import type { TrustedKey } from '../release/signing-key.ts';
import { statementSchema } from '../release/statement.ts';
import { stageHistory, stagesInRun } from '../runs/run-history.ts';

export type Finding = {
  /** What is wrong: `missing`, `damaged`, `altered`, `unsigned`, `unknown`. */
  state: 'missing' | 'damaged' | 'altered' | 'untrusted' | 'unrecorded';
  /** `<stage>/<output>`, `<stage>/manifest.json`, `ledger`, a file of a release. */
  what: string;
  why: string;
};

export type Verification = {
  findings: Finding[];
  /** Things that were looked at. */
  checked: { stages: number; blobs: number; bytes: number; ledger_entries: number; statements: number };
};

/**
 * Checks every digest that a run of a pipeline refers to, all bytes read again: ledger, run record, manifests, provenances, blobs,
 * signed statements. Changes nothing, and removes nothing that is damaged.
 *
 * @param entry run to check; absent: what lies in the artifacts folder now, against the latest run that made it
 */
export function verifyArtifacts(
  options: {
    workspace: string;
    store: Store;
    pipeline: string;
    stages: readonly string[];
    ledger: LedgerCheck;
    trusted: readonly TrustedKey[];
  },
  entry?: LedgerEntry,
): Verification {
  const { workspace, pipeline, stages, ledger, trusted } = options;
  const result: Verification = {
    findings: [],
    checked: { stages: 0, blobs: 0, bytes: 0, ledger_entries: ledger.entries.length, statements: 0 },
  };
  const find = (state: Finding['state'], what: string, why: string): void => {
    result.findings.push({ state, what, why });
  };
  if (ledger.broken !== null) find('altered', 'ledger', `line ${ledger.broken.line} ${ledger.broken.why}`);
  checkRecords(workspace, ledger, find);
  if (entry === undefined) for (const stage of stages) verifyPresent(options, stage, result, find);
  else verifyRun(options, entry, result, find);
  for (const { path, text } of listReleases(workspace, pipeline)) {
    result.checked.statements++;
    verifyStatement(options, path, text, trusted, find);
  }
  return result;
}

type Find = (state: Finding['state'], what: string, why: string) => void;
type Options = Parameters<typeof verifyArtifacts>[0];

/** Run records against the ledger: one that was edited, and one that the ledger does not know (its entry may have been cut off). */
function checkRecords(workspace: string, { entries, broken }: LedgerCheck, find: Find): void {
  const known = new Map(entries.flatMap(({ body }) => (body.kind === 'run' ? [[body.run, body] as const] : [])));
  for (const record of readRunRecords(workspace)) {
    const body = known.get(record.id);
    const what = `.itool/runs/${record.id}.json`;
    if (body === undefined) {
      const isStageRun = Object.keys(record.tasks).some((id) => /^[^.:/]+\.[^.:/]+:run$/.test(id));
      if (
        broken === null &&
        isStageRun &&
        record.end !== undefined &&
        entries.length > 0 &&
        record.start >= entries[0]!.at
      )
        find('unrecorded', what, 'is not in the ledger: its entry was cut off, or could not be written');
    } else if (sha256Of(readFileSync(join(workspace, what))) !== body.record) {
      find('altered', what, 'is not what the ledger says it was');
    }
  }
}

/** What lies in the artifacts folder. */
function verifyPresent(
  { workspace, store, pipeline, ledger }: Options,
  stage: string,
  result: Verification,
  find: Find,
): void {
  const folder = join(workspace, stageFolder(pipeline, stage));
  const text = textOf(join(folder, 'manifest.json'));
  if (text === undefined) {
    find('missing', `${stage}/manifest.json`, 'the stage has no result');
    return;
  }
  const manifest = parseManifest(text);
  if (manifest === null) {
    find('damaged', `${stage}/manifest.json`, 'is not a manifest');
    return;
  }
  result.checked.stages++;
  const provenance = readProvenance(join(folder, 'provenance.json'));
  if (provenance === undefined) find('missing', `${stage}/provenance.json`, 'is not there, or is not a provenance');
  else if (provenance.manifest !== sha256Of(text))
    find('altered', `${stage}/manifest.json`, 'is not the one that its provenance names');
  const last = stageHistory(workspace, ledger.entries, `${pipeline}.${stage}`).find(
    (one) => one.task.manifest !== undefined,
  );
  if (last !== undefined) {
    const run = `run ${last.run.run} ended with another one`;
    if (last.task.manifest !== sha256Of(text)) find('altered', `${stage}/manifest.json`, run);
    const provenanceText = textOf(join(folder, 'provenance.json'));
    if (provenanceText !== undefined && last.task.provenance !== sha256Of(provenanceText))
      find('altered', `${stage}/provenance.json`, run);
  }
  verifyBlobs(store, stage, manifest, result, find);
}

/** What a run ended with, from the texts that the ledger names. */
function verifyRun(
  { workspace, store, pipeline }: Options,
  entry: LedgerEntry,
  result: Verification,
  find: Find,
): void {
  if (entry.body.kind === 'run' && readObject(workspace, entry.body.record) === undefined)
    find('missing', `record of run ${entry.body.run}`, 'is not kept, or was altered');
  for (const { stage, task, manifest, provenance } of stagesInRun(workspace, entry, pipeline)) {
    const name = stage.slice(pipeline.length + 1);
    if (task.manifest === undefined) continue;
    if (manifest === null)
      find('missing', `${name}/manifest.json`, 'the manifest of that run is not kept, or was altered');
    if (provenance === null)
      find('missing', `${name}/provenance.json`, 'the provenance of that run is not kept, or was altered');
    if (manifest === null) continue;
    result.checked.stages++;
    if (provenance !== null && provenance.manifest !== manifestDigest(manifest))
      find('altered', `${name}/manifest.json`, 'is not the one that its provenance names');
    verifyBlobs(store, name, manifest, result, find);
  }
}

function verifyBlobs(store: Store, stage: string, manifest: Manifest, { checked }: Verification, find: Find): void {
  for (const [output, blob] of Object.entries(manifest.outputs)) {
    checked.blobs++;
    checked.bytes += blob.size;
    const state = inspectBlob(store, blob, { rehash: true });
    if (state === 'missing') find('missing', `${stage}/${output}`, `${blob.sha256} is not in the store`);
    if (state === 'damaged') find('damaged', `${stage}/${output}`, `the bytes of ${blob.sha256} have another digest`);
  }
}

/** A statement that nobody trusted has signed says nothing; one that is trusted must speak of what is here. */
function verifyStatement(
  { workspace, store, ledger }: Options,
  path: string,
  text: string,
  trusted: readonly TrustedKey[],
  find: Find,
): void {
  const what = path.slice(workspace.length + 1);
  const opened = openEnvelope(text, trusted);
  if (opened.state === 'unknown key') {
    find('untrusted', what, `signed by a key that is not trusted: ${opened.keyid}`);
    return;
  }
  if (opened.state !== 'signed') {
    find('altered', what, `${opened.state}: it is not what was signed`);
    return;
  }
  const parsed = statementSchema.safeParse(JSON.parse(opened.payload));
  if (!parsed.success) {
    find('altered', what, 'holds no provenance statement');
    return;
  }
  const { subject, predicate } = parsed.data;
  for (const { name, digest } of subject) {
    const state = inspectBlob(store, { sha256: digest.sha256, size: 0 }, { rehash: true });
    if (state !== 'intact')
      find(state, `${what}: ${name}`, `${digest.sha256} is ${state === 'missing' ? 'not in the store' : 'damaged'}`);
  }
  const head = predicate.buildDefinition.internalParameters['ledger_head'];
  if (ledger.entries.length > 0 && !ledger.entries.some((one) => one.hash === head) && head !== '0'.repeat(64))
    find('altered', 'ledger', `does not hold the entry ${String(head).slice(0, 12)} that ${what} was signed after`);
  else if (ledger.entries.length === 0 && head !== '0'.repeat(64))
    find('missing', 'ledger', `is empty, but ${what} was signed after the entry ${String(head).slice(0, 12)}`);
}

function parseManifest(text: string): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
