import { type LedgerEntry, readObject } from '@itool/ledger';
import { type Cause, changedFiles, compareProvenance } from './compare-provenance.ts';
import { hasRun, type StageInRun, stageHistory } from './run-history.ts';

export type Maker = { run: string; at: number; commit: string | null; user: string; host: string };

export type Explanation = {
  stage: string;
  run: string;
  at: number;
  commit: string | null;
  outcome: 'ran' | 'hit' | 'failed' | 'skipped';
  status: string;
  /** What differs from the last result before this run, when the stage ran. */
  causes: Cause[];
  /** Causes of stages that gave other bytes, as far up as the run reaches: the changes that somebody made. */
  roots: { stage: string; causes: Cause[] }[];
  /** Says what causes and roots do not: the first result, nothing changed, bytes lost. */
  note: string | null;
  /** Of a hit: who made the result, as far as this ledger knows. */
  maker: Maker | null;
};

/** Why a stage ran in a run, or who made the result that it took. null: no run knows the stage. */
export function explainStage(
  workspace: string,
  entries: readonly LedgerEntry[],
  stage: string,
  run?: string,
): Explanation | null {
  const history = stageHistory(workspace, entries, stage);
  const index = run === undefined ? 0 : history.findIndex((one) => one.run.run === run);
  const one = history[index];
  if (one === undefined) return null;
  const { status } = one.task;
  const base = { stage, run: one.run.run, at: one.at, commit: one.run.commit, status };
  if (status.includes('cache')) return { ...base, ...explainHit(one, history.slice(index + 1)) };
  if (!hasRun(one.task)) {
    const outcome = status === 'skipped' ? 'skipped' : 'failed';
    const note = outcome === 'skipped' ? 'a stage that it reads had failed' : 'it failed; its output says why';
    return { ...base, outcome, causes: [], roots: [], note, maker: null };
  }
  const before = history.slice(index + 1).find((other) => other.provenance !== null);
  return { ...base, outcome: 'ran', maker: null, ...explainRun(workspace, entries, one, before) };
}

function explainRun(
  workspace: string,
  entries: readonly LedgerEntry[],
  one: StageInRun,
  before: StageInRun | undefined,
): Pick<Explanation, 'causes' | 'roots' | 'note'> {
  if (before?.provenance == null || one.provenance === null)
    return {
      causes: [],
      roots: [],
      note: before === undefined ? 'had no result before this run' : 'its provenance is not kept',
    };
  const readText = (sha256: string): string | undefined => readObject(workspace, sha256);
  const causes = causesBetween(before, one, readText);
  if (causes.length === 0) {
    const note =
      'nothing that it computes with had changed: it was asked for without the cache of Nx, or a setting that Nx counts was edited';
    return { causes, roots: [], note };
  }
  const pipeline = one.stage.slice(0, one.stage.indexOf('.'));
  const roots = new Map<string, Cause[]>();
  const visited = new Set<string>([one.stage]);
  const climb = (list: readonly Cause[], since: number): void => {
    for (const cause of list) {
      if (cause.kind !== 'input' || visited.has(`${pipeline}.${cause.stage}`)) continue;
      const producer = `${pipeline}.${cause.stage}`;
      visited.add(producer);
      const found = changesSince(workspace, entries, producer, since, one.seq, readText);
      const own = found.filter((inner) => inner.kind !== 'input');
      if (own.length > 0) roots.set(producer, own);
      else if (!found.some((inner) => inner.kind === 'input')) roots.set(producer, []);
      climb(found, since);
    }
  };
  climb(causes, before.seq);
  return { causes, roots: [...roots].map(([stage, own]) => ({ stage, causes: own })), note: null };
}

/** What has changed for a stage between two entries of the ledger. */
function changesSince(
  workspace: string,
  entries: readonly LedgerEntry[],
  stage: string,
  since: number,
  until: number,
  readText: (sha256: string) => string | undefined,
): Cause[] {
  const history = stageHistory(workspace, entries, stage).filter((one) => one.provenance !== null);
  const now = history.find((one) => one.seq <= until);
  const before = history.find((one) => one.seq <= since);
  return now === undefined || before === undefined ? [] : causesBetween(before, now, readText);
}

/** What differs in how a stage was made, or, where nothing does, in what came out of it. */
function causesBetween(before: StageInRun, now: StageInRun, readText: (sha256: string) => string | undefined): Cause[] {
  if (before.provenance === null || now.provenance === null) return [];
  const causes = compareProvenance(before.provenance, now.provenance, { readText });
  if (causes.length > 0 || before.manifest === null || now.manifest === null) return causes;
  return changedFiles(before.manifest, now.manifest);
}

function explainHit(
  one: StageInRun,
  earlier: readonly StageInRun[],
): Omit<Explanation, 'stage' | 'run' | 'at' | 'commit' | 'status'> {
  const same = earlier.filter((other) => hasRun(other.task) && other.task.manifest === one.task.manifest);
  // The first of them computed it; later ones found it unchanged.
  const first = same.findLast((other) => other.provenance?.key === one.provenance?.key) ?? same.at(-1);
  const maker =
    first === undefined
      ? null
      : { run: first.run.run, at: first.at, commit: first.run.commit, user: first.run.user, host: first.run.host };
  const remote = one.task.status === 'remote-cache';
  const note =
    maker !== null
      ? null
      : `made ${remote ? 'elsewhere and taken from the remote cache' : 'before this ledger began, or in another checkout that shares the cache'}`;
  return { outcome: 'hit', causes: [], roots: [], note, maker };
}
