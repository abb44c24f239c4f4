import { type RunRecord, taskId } from '@itool/ledger';

export type Outcome = 'ran' | 'hit' | 'failed' | 'skipped' | 'not reached';

export type StageOutcome = {
  stage: string;
  outcome: Outcome;
  /** Of the task, also when it took its result from the cache; null when it did not start. */
  duration_ms: number | null;
  /** Bytes of all outputs of the stage, whichever run made them; null without a manifest. */
  bytes: number | null;
};

export type RunSummary = {
  id: string;
  commit: string | null;
  /** milliseconds since 1970 */
  start: number;
  /** null: the run goes on, or was killed */
  duration_ms: number | null;
  stages: StageOutcome[];
};

/** The latest run that touched a pipeline. */
export function lastRun(records: readonly RunRecord[], pipeline: string): RunRecord | undefined {
  const ofPipeline = (id: string): boolean => id.startsWith(`${pipeline}.`) || id === `${pipeline}:run`;
  return records.find((record) => Object.keys(record.tasks).some(ofPipeline));
}

/** What became of every stage in a run; `sizes` holds bytes by stage. */
export function summarizeRun(
  record: RunRecord,
  pipeline: string,
  stages: readonly string[],
  sizes: ReadonlyMap<string, number>,
): RunSummary {
  return {
    id: record.id,
    commit: record.commit ?? null,
    start: record.start,
    duration_ms: record.end === undefined ? null : record.end - record.start,
    stages: stages.map((stage) => {
      const task = record.tasks[taskId(pipeline, stage)];
      return {
        stage,
        outcome: outcomeOf(task?.status),
        duration_ms: task?.duration_ms ?? null,
        bytes: sizes.get(stage) ?? null,
      };
    }),
  };
}

/** Statuses of Nx 24: success, failure, skipped, local-cache, local-cache-kept-existing, remote-cache. */
function outcomeOf(status: string | undefined): Outcome {
  if (status === undefined) return 'not reached';
  if (status === 'success') return 'ran';
  if (status.includes('cache')) return 'hit';
  return status === 'skipped' ? 'skipped' : 'failed';
}
