import { readBlob, type Store } from '@itool/artifact';
import { type LedgerEntry, readObject } from '@itool/ledger';
import type { JsonValue } from '@itool/record';
import { type Cause, changedLeaves, compareProvenance } from './compare-provenance.ts';
import { type StageInRun, stagesInRun } from './run-history.ts';

export type StageDiff = {
  stage: string;
  /** `one side`: only one of the runs has it. */
  state: 'same' | 'changed' | 'other bytes' | 'only before' | 'only after' | 'unknown';
  causes: Cause[];
};

export type ScoreDiff = { stage: string; score: string; before: JsonValue | null; after: JsonValue | null };

export type RunDiff = {
  before: { run: string; at: number; commit: string | null };
  after: { run: string; at: number; commit: string | null };
  stages: StageDiff[];
  /** Leaves of the output `scores` of every stage that has one, both runs beside each other; equal ones are left out. */
  scores: ScoreDiff[];
  /** Stages whose scores can no longer be read, since their bytes are not in the store. */
  unread: string[];
};

/** Two runs of a pipeline side by side: parameters, data, code, scores. */
export function diffRuns(
  workspace: string,
  store: Store,
  pipeline: string,
  [before, after]: readonly [LedgerEntry, LedgerEntry],
): RunDiff {
  const [from, to] = [before, after].map((entry) => byStage(stagesInRun(workspace, entry, pipeline))) as [
    Map<string, StageInRun>,
    Map<string, StageInRun>,
  ];
  const readText = (sha256: string): string | undefined => readObject(workspace, sha256);
  const stages = [...new Set([...from.keys(), ...to.keys()])];
  const unread: string[] = [];
  return {
    before: headOf(before),
    after: headOf(after),
    stages: stages.map((stage) => ({ stage, ...diffStage(from.get(stage), to.get(stage), readText) })),
    scores: stages.flatMap((stage) => {
      const [old, now] = [from.get(stage), to.get(stage)].map((one) => scoresOf(store, one, unread)) as [
        Scores,
        Scores,
      ];
      if (old === undefined && now === undefined) return [];
      return changedLeaves(old ?? {}, now ?? {}).map(({ path, ...values }) => ({ stage, score: path, ...values }));
    }),
    unread: [...new Set(unread)],
  };
}

function diffStage(
  before: StageInRun | undefined,
  after: StageInRun | undefined,
  readText: (sha256: string) => string | undefined,
): Omit<StageDiff, 'stage'> {
  if (before === undefined) return { state: 'only after', causes: [] };
  if (after === undefined) return { state: 'only before', causes: [] };
  if (before.provenance === null || after.provenance === null) return { state: 'unknown', causes: [] };
  const causes = compareProvenance(before.provenance, after.provenance, { readText });
  if (causes.length > 0) return { state: 'changed', causes };
  // Equal code, parameters and inputs but other bytes: the machines do not agree, or somebody has accepted a repair.
  return { state: before.task.manifest === after.task.manifest ? 'same' : 'other bytes', causes };
}

type Scores = JsonValue | undefined;

function scoresOf(store: Store, one: StageInRun | undefined, unread: string[]): Scores {
  const blob = one?.manifest?.outputs['scores'];
  if (one === undefined || blob?.format !== 'json') return undefined;
  try {
    return JSON.parse(Buffer.from(readBlob(store, blob.sha256)).toString('utf8')) as JsonValue;
  } catch {
    unread.push(one.stage);
    return undefined;
  }
}

function byStage(stages: readonly StageInRun[]): Map<string, StageInRun> {
  return new Map(stages.map((one) => [one.stage, one]));
}

function headOf({ at, body }: LedgerEntry): RunDiff['before'] {
  return body.kind === 'run' ? { run: body.run, at, commit: body.commit } : { run: '', at, commit: null };
}
