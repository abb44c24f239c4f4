import { readFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { appendEntry } from './append-entry.ts';
import type { LedgerEntry, RunBody, TaskFact } from './ledger-entry.ts';
import { putObject } from './object-store.ts';
import type { RunRecord } from './run-record.ts';

/**
 * Puts a finished run into the ledger: what became of every stage, and the digests of its manifest and provenance as they are now,
 * both of which are kept, since the next run overwrites them. Tasks that are no stage are left out.
 *
 * @param recordText the run record as it was written
 */
export function recordRun(workspace: string, record: RunRecord, recordText: string): LedgerEntry | null {
  const tasks: RunBody['tasks'] = {};
  for (const [id, task] of Object.entries(record.tasks)) {
    const stage = stageOfTask(id);
    if (stage === null) continue;
    const folder = join(workspace, '.itool', 'artifacts', ...stage.split('.'));
    const fact: TaskFact = { status: task.status };
    if (task.hash !== undefined) fact.hash = task.hash;
    if (task.start !== undefined) fact.start = task.start;
    if (task.end !== undefined) fact.end = task.end;
    // What lies there is that of an earlier run when this one has failed.
    if (task.status === 'success' || task.status.includes('cache')) {
      for (const name of ['manifest', 'provenance'] as const) {
        const text = textOf(join(folder, `${name}.json`));
        if (text !== undefined) fact[name] = putObject(workspace, text);
      }
    }
    tasks[stage] = fact;
  }
  if (Object.keys(tasks).length === 0) return null;
  const end = record.end ?? record.start;
  const body: RunBody = {
    kind: 'run',
    run: record.id,
    commit: record.commit ?? null,
    user: userName(),
    host: hostname(),
    start: record.start,
    end,
    record: putObject(workspace, recordText),
    tasks,
  };
  return appendEntry(workspace, body, end);
}

/** `itool.mine-1:run` -> `itool.mine-1`; null for anything that is no stage. */
function stageOfTask(id: string): string | null {
  return /^([^.:/]+\.[^.:/]+):run$/.exec(id)?.[1] ?? null;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A container may run as a user that has no name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
