import { type Manifest, manifestSchema, type Provenance, provenanceSchema } from '@itool/artifact';
import { type LedgerEntry, type RunBody, readObject, type TaskFact } from '@itool/ledger';

/** A stage in one run. */
export type StageInRun = {
  seq: number;
  at: number;
  run: RunBody;
  /** `<pipeline>.<stage>` */
  stage: string;
  task: TaskFact;
  /** As they were at the end of that run; null when the stage left none or they are no longer kept. */
  provenance: Provenance | null;
  manifest: Manifest | null;
};

/** What every run did with a stage, latest first. */
export function stageHistory(workspace: string, entries: readonly LedgerEntry[], stage: string): StageInRun[] {
  return entries
    .flatMap(({ seq, at, body }) => {
      const task = body.kind === 'run' ? body.tasks[stage] : undefined;
      return body.kind === 'run' && task !== undefined
        ? [stageInRun(workspace, { seq, at, run: body, stage, task })]
        : [];
    })
    .reverse();
}

function stageInRun(workspace: string, known: Omit<StageInRun, 'provenance' | 'manifest'>): StageInRun {
  const { task } = known;
  const parse = <T>(
    sha256: string | undefined,
    schema: { safeParse: (value: unknown) => { success: boolean; data?: T } },
  ): T | null => {
    const text = sha256 === undefined ? undefined : readObject(workspace, sha256);
    if (text === undefined) return null;
    return schema.safeParse(JSON.parse(text)).data ?? null;
  };
  return {
    ...known,
    provenance: parse<Provenance>(task.provenance, provenanceSchema),
    manifest: parse<Manifest>(task.manifest, manifestSchema),
  };
}

/** Stages of a pipeline in a run, as the ledger has them. */
export function stagesInRun(workspace: string, entry: LedgerEntry, pipeline: string): StageInRun[] {
  const { body } = entry;
  if (body.kind !== 'run') return [];
  return Object.entries(body.tasks)
    .filter(([stage]) => stage.startsWith(`${pipeline}.`))
    .map(([stage, task]) => stageInRun(workspace, { seq: entry.seq, at: entry.at, run: body, stage, task }));
}

/** Runs that touched a pipeline, latest first. */
export function runsOf(entries: readonly LedgerEntry[], pipeline: string): LedgerEntry[] {
  return entries
    .filter(
      ({ body }) => body.kind === 'run' && Object.keys(body.tasks).some((stage) => stage.startsWith(`${pipeline}.`)),
    )
    .reverse();
}

export function hasRun(task: TaskFact): boolean {
  return task.status === 'success';
}
