import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@itool/artifact';
import { readLedger } from '@itool/ledger';
import { readTrustedKeys, runsOf, type TrustedKey, type Verification, verifyArtifacts } from '@itool/lineage';
import { listPipelines, resolvePipeline, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { bytesText } from '../text/quantities.ts';
import { textTable } from '../text/text-table.ts';

/** Exit code 1 when anything is missing or altered. Changes nothing. */
export function verifyVerb(
  terminal: Terminal,
  wanted: string | undefined,
  options: { json?: boolean; run?: string; keys?: string },
): void {
  const { workspace } = terminal;
  const pipeline = choosePipeline(wanted, listPipelines(workspace));
  const ledger = readLedger(workspace);
  const entry =
    options.run === undefined
      ? undefined
      : runsOf(ledger.entries, pipeline).find(({ body }) => body.kind === 'run' && body.run === options.run);
  if (options.run !== undefined && entry === undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: the ledger has no such run of ${pipeline}: ${options.run}`,
      hint: `itool diff ${pipeline} --list shows the runs`,
    });
  }
  const stages = resolvePipeline(pipeline, workspaceReader(workspace)).stages.map((stage) => stage.name);
  const trusted = trustedKeys(options.keys);
  const verification = verifyArtifacts({ workspace, store: openStore(), pipeline, stages, ledger, trusted }, entry);
  terminal.exit(verification.findings.length === 0 ? 0 : 1);
  if (options.json) printJson(terminal, { pipeline, run: options.run ?? null, ...verification });
  else terminal.out(verificationText(pipeline, verification));
}

/** Keys of `--keys`, else of `ITOOL_TRUSTED_KEYS`, else of `~/.itool/trusted.pem`; none when there is no such file. */
function trustedKeys(path: string | undefined): TrustedKey[] {
  const named = path ?? process.env['ITOOL_TRUSTED_KEYS'];
  if (named) return readTrustedKeys(named);
  const own = join(homedir(), '.itool', 'trusted.pem');
  return existsSync(own) ? readTrustedKeys(own) : [];
}

export function verificationText(pipeline: string, { findings, checked }: Verification): string {
  const counts = `${checked.blobs} outputs of ${checked.stages} stages (${bytesText(checked.bytes)}), ${checked.ledger_entries} ledger entries, ${checked.statements} statements`;
  if (findings.length === 0) return `${pipeline}: all as recorded: ${counts}\n`;
  const rows = findings.map(({ state, what, why }) => [state, what, why]);
  return `${pipeline}: ${findings.length} not as recorded, of ${counts}\n\n${textTable(rows)}`;
}
