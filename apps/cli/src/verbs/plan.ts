import { readLedger, readRunRecords } from '@itool/ledger';
import { stageHistory } from '@itool/lineage';
import { listPipelines } from '@itool/pipeline';
import { openRunner } from '@itool/stage';
import { choosePipeline } from '../choose-pipeline.ts';
import { estimateCost } from '../plan/estimate-cost.ts';
import { type PlannedStage, planStages } from '../plan/plan-stages.ts';
import { readStageStates } from '../plan/read-stage-states.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { durationText } from '../text/quantities.ts';
import { textTable } from '../text/text-table.ts';

/** `estimated_ms`: of stages that run or may run, from former runs; null when no former run is known. */
export type PricedStage = PlannedStage & { estimated_ms?: number | null };

export function planVerb(terminal: Terminal, wanted: string | undefined, options: { json?: boolean }): void {
  const { workspace } = terminal;
  const name = choosePipeline(wanted, listPipelines(workspace));
  const { entries } = readLedger(workspace);
  const plan = planStages(readStageStates(openRunner(workspace, name), readRunRecords(workspace))).map(
    (stage): PricedStage => {
      if (stage.action === 'hit' || stage.action === 'check') return stage;
      return { ...stage, estimated_ms: estimateCost(stageHistory(workspace, entries, `${name}.${stage.stage}`)) };
    },
  );
  if (options.json) printJson(terminal, { pipeline: name, stages: plan, estimated_ms: costOf(plan) });
  else terminal.out(planText(name, plan));
}

const SHOWN_REASONS = 5;

/** One line of totals and one per stage; further reasons below each other, the first five of them. */
export function planText(pipeline: string, plan: readonly PricedStage[]): string {
  const count = (action: PlannedStage['action']): number => plan.filter((stage) => stage.action === action).length;
  const checks = count('check') === 0 ? '' : `, ${count('check')} check`;
  const head = `${pipeline}: ${count('run')} run, ${count('may run')} may run, ${count('hit')} hit${checks}${costText(plan)}\n\n`;
  const rows = plan.flatMap(({ stage, action, reasons, estimated_ms }) => [
    [
      action,
      stage,
      [estimated_ms == null ? [] : [`about ${durationText(estimated_ms)}:`], reasons[0] ?? []].flat().join(' '),
    ],
    ...reasons.slice(1, SHOWN_REASONS).map((reason) => ['', '', reason]),
    ...(reasons.length > SHOWN_REASONS
      ? [['', '', `and ${reasons.length - SHOWN_REASONS} more; --json shows all`]]
      : []),
  ]);
  return head + textTable(rows);
}

/** Time of stages one after the other, as the device runs them; `unknown` counts those that no former run tells about. */
function costOf(plan: readonly PricedStage[]): { run: number; may_run: number; unknown: number } {
  const sum = (action: PlannedStage['action']): number =>
    plan.reduce((total, stage) => total + (stage.action === action ? (stage.estimated_ms ?? 0) : 0), 0);
  return {
    run: sum('run'),
    may_run: sum('may run'),
    unknown: plan.filter((stage) => stage.estimated_ms === null).length,
  };
}

function costText(plan: readonly PricedStage[]): string {
  const { run, may_run, unknown } = costOf(plan);
  if (run + may_run === 0) return '';
  const least = durationText(run);
  const range = may_run === 0 ? `about ${least}` : `about ${least} to ${durationText(run + may_run)}`;
  return `; ${range}${unknown === 0 ? '' : ` and ${unknown} of unknown cost`}`;
}
