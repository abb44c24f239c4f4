import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ItoolError } from '@itool/record';
import type { PostTasksExecution, PreTasksExecution } from '@nx/devkit';
import { keepLineage } from './keep-lineage.ts';

/** What one nx process did: `.itool/runs/<id>.json`. Times and hosts live here and in no artifact. */
export type RunRecord = {
  id: string;
  argv: string[];
  /** Commit that was checked out; absent outside git. */
  commit?: string;
  /** milliseconds since 1970 */
  start: number;
  /** Absent while the run goes on, or when it was killed. */
  end?: number;
  tasks: Record<string, TaskRecord>;
};

type TaskRecord = {
  status: string;
  code: number | null;
  hash?: string;
  /** Input -> its hash: two records tell why a task ran again. */
  inputs: Record<string, string>;
  start?: number;
  end?: number;
  duration_ms?: number;
};

export const preTasksExecution: PreTasksExecution = (_options, context) => {
  const start = Date.now();
  write(context.workspaceRoot, {
    id: context.id,
    argv: context.argv ?? [],
    ...commitOf(context.workspaceRoot),
    start,
    tasks: {},
  });
};

export const postTasksExecution: PostTasksExecution = async (_options, context) => {
  const tasks: Record<string, TaskRecord> = {};
  for (const [id, result] of Object.entries(context.taskResults)) {
    const { hash, hashDetails, startTime: start, endTime: end } = result.task;
    tasks[id] = {
      status: result.status,
      code: result.code ?? null,
      hash,
      inputs: hashDetails?.nodes ?? {},
      start,
      end,
      ...(start !== undefined && end !== undefined ? { duration_ms: end - start } : {}),
    };
  }
  const { startTime: start, endTime: end } = context;
  const record: RunRecord = {
    id: context.id,
    argv: context.argv ?? [],
    ...commitOf(context.workspaceRoot),
    start,
    end,
    tasks,
  };
  const text = write(context.workspaceRoot, record);
  await keepLineage(context.workspaceRoot, record, text);
};

/** Written aside and renamed: `status` may read while a run ends. */
function write(workspaceRoot: string, record: RunRecord): string {
  const folder = join(workspaceRoot, '.itool', 'runs');
  const path = join(folder, `${record.id}.json`);
  try {
    mkdirSync(folder, { recursive: true });
    const text = `${JSON.stringify(record, null, 1)}\n`;
    writeFileSync(`${path}.temp`, text);
    renameSync(`${path}.temp`, path);
    return text;
  } catch (cause) {
    rmSync(`${path}.temp`, { force: true });
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause;
    throw new ItoolError({
      code: 'no_space',
      message: `nx-itool: no space left on the disk of ${folder}: what this run did is not recorded`,
      hint: 'Free some space, then run again: finished stages are kept.',
      cause,
    });
  }
}

function commitOf(workspaceRoot: string): { commit?: string } {
  try {
    return {
      commit: execFileSync('git', ['rev-parse', 'HEAD'], {
        cwd: workspaceRoot,
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim(),
    };
  } catch {
    return {};
  }
}
