import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { LedgerEntry } from '@itool/ledger';
import { ItoolError } from '@itool/record';
import { stagesInRun } from '../runs/run-history.ts';
import type { RunEvent } from './event-schema.ts';
import { runEvents } from './run-events.ts';

const TIMEOUT_MS = 5_000;

type Environment = { readonly [name: string]: string | undefined };

/**
 * Sends the events of a run to where `ITOOL_OPENLINEAGE` says: a file (one event per line), or an `http(s)` address that takes one event
 * per POST (Marquez: `<server>/api/v1/lineage`), with `ITOOL_OPENLINEAGE_TOKEN` as bearer token. `ITOOL_REPOSITORY_URL` is where the
 * sources can be looked at. Events that could not be sent wait in `.itool/openlineage-unsent.jsonl` for the next run.
 *
 * @throws ItoolError backend when the receiver takes no events; they are kept
 */
export async function emitRun(workspace: string, entry: LedgerEntry, env: Environment): Promise<number> {
  const target = env['ITOOL_OPENLINEAGE'];
  if (!target || entry.body.kind !== 'run') return 0;
  const pipelines = [...new Set(Object.keys(entry.body.tasks).map((stage) => stage.slice(0, stage.indexOf('.'))))];
  const stages = pipelines.flatMap((pipeline) => stagesInRun(workspace, entry, pipeline));
  const repositoryUrl = env['ITOOL_REPOSITORY_URL'];
  const events = runEvents(entry, stages, repositoryUrl ? { repositoryUrl } : {});
  if (!/^https?:\/\//.test(target)) {
    const path = isAbsolute(target) ? target : join(workspace, target);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, linesOf(events));
    return events.length;
  }
  return sendAll(join(workspace, '.itool', 'openlineage-unsent.jsonl'), target, events, env['ITOOL_OPENLINEAGE_TOKEN']);
}

async function sendAll(waiting: string, address: string, events: readonly RunEvent[], token?: string): Promise<number> {
  const queue = [...readLines(waiting), ...events.map((event) => JSON.stringify(event))];
  rmSync(waiting, { force: true });
  let sent = 0;
  try {
    for (const line of queue) {
      await post(address, line, token);
      sent++;
    }
  } catch (cause) {
    appendFileSync(
      waiting,
      queue
        .slice(sent)
        .map((line) => `${line}\n`)
        .join(''),
    );
    throw new ItoolError({
      code: 'backend',
      message: `lineage: OpenLineage receiver does not take events: ${(cause as Error).message}: ${queue.length - sent} of ${queue.length} wait for the next run`,
      hint: 'The run itself is not affected. Start the receiver, or unset ITOOL_OPENLINEAGE.',
      cause,
    });
  }
  return sent;
}

async function post(address: string, body: string, token: string | undefined): Promise<void> {
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function linesOf(events: readonly RunEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}
