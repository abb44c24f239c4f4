import type { Provenance } from '@itool/artifact';
import type { StageBasis } from '@itool/stage';
import { diffDefinitions } from './diff-definitions.ts';
import { diffParams } from './diff-params.ts';

/** A stage as pipeline.json and the code define it now, beside what is known of its last result. */
export type StageState = StageBasis & {
  name: string;
  /** False for stages that look at outside files in every run. */
  cached: boolean;
  /** role -> producers with the digest of their present manifest, null without one */
  inputs: Record<string, { stage: string; manifest: string | null }[]>;
  /** How the result in place was made; null when there is none. */
  recorded: Provenance | null;
  /** Outputs of the manifest whose bytes the store lacks. */
  missing_outputs: number;
  /** A result of exactly this code, these parameters and inputs is in the store, whichever run made it. */
  stored: boolean;
  /** Sources that are not what the last result was made from; null when the list of those is not kept. */
  changed_files: string[] | null;
  /** Source folders with files edited since the last run of this stage, as a hint. */
  edited_folders: string[];
};

export type PlannedStage = {
  stage: string;
  /** `may run`: a producer runs, and if its bytes stay the same this stage is a hit. `check`: runs every time, quickly. */
  action: 'run' | 'may run' | 'hit' | 'check';
  reasons: string[];
};

/** What a run would do with each stage, and why. `states` lists producers before consumers. */
export function planStages(states: readonly StageState[]): PlannedStage[] {
  const planned = new Map<string, PlannedStage>();
  for (const state of states) planned.set(state.name, planStage(state, planned));
  return [...planned.values()];
}

function planStage(state: StageState, planned: ReadonlyMap<string, PlannedStage>): PlannedStage {
  const stage = state.name;
  if (!state.cached) return { stage, action: 'check', reasons: ['looks at its outside files in every run'] };
  const producers = [...new Set(Object.values(state.inputs).flatMap((list) => list.map((need) => need.stage)))];
  const moving = producers.filter((name) => ['run', 'may run'].includes(planned.get(name)?.action ?? 'run'));
  const reasons = ownReasons(state, moving);
  if (reasons.length > 0 && moving.length === 0 && state.stored) {
    return { stage, action: 'hit', reasons: ['the same work was done before and is in the store'] };
  }
  if (reasons.length > 0) return { stage, action: 'run', reasons };
  if (moving.length === 0) return { stage, action: 'hit', reasons: [] };
  return { stage, action: 'may run', reasons: [`reads ${moving.join(', ')}; hit if those bytes stay the same`] };
}

function ownReasons(state: StageState, moving: readonly string[]): string[] {
  const { recorded } = state;
  if (recorded === null) return ['has no result yet'];
  const reasons: string[] = [];
  if (recorded.kind !== state.kind) reasons.push(`kind ${recorded.kind} -> ${state.kind}`);
  reasons.push(...diffParams(recorded.params, state.params));
  if (recorded.code !== state.code) {
    reasons.push(codeReason(state));
  }
  reasons.push(
    ...diffVersions(recorded.externals, state.externals),
    ...diffDefinitions(state.name, recorded.definitions ?? [], state.definitions ?? []),
    ...diffInputs(recorded.inputs, state.inputs, moving),
  );
  if (state.missing_outputs > 0) reasons.push(`${state.missing_outputs} of its outputs are missing from the store`);
  return reasons;
}

const SHOWN_FILES = 3;

function codeReason({ changed_files, edited_folders }: StageState): string {
  if (changed_files !== null) {
    const more = changed_files.length - SHOWN_FILES;
    return `code changed: ${changed_files.slice(0, SHOWN_FILES).join(', ')}${more > 0 ? ` and ${more} more files` : ''}`;
  }
  const where = edited_folders.join(', ');
  return where === '' ? 'code changed' : `code changed (edited since the last run: ${where})`;
}

function diffVersions(before: Record<string, string>, after: Record<string, string>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `package ${name} ${before[name] ?? '(none)'} -> ${after[name] ?? '(none)'}`);
}

/** Contents of producers that are going to run are not known yet and give no reason here. */
function diffInputs(before: Provenance['inputs'], after: StageState['inputs'], moving: readonly string[]): string[] {
  const roles = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const names = (list: readonly { stage: string }[] | undefined): string =>
    (list ?? []).map((need) => need.stage).join(', ') || '(none)';
  return roles.flatMap((role) => {
    if (names(before[role]) !== names(after[role]))
      return [`needs.${role} ${names(before[role])} -> ${names(after[role])}`];
    return (after[role] ?? []).flatMap((need, i) =>
      moving.includes(need.stage) || need.manifest === before[role]![i]!.manifest
        ? []
        : [`input changed: ${need.stage}`],
    );
  });
}
