import { listPipelines } from '@itool/pipeline';
import { openRunner } from '@itool/stage';
import { choosePipeline } from '../choose-pipeline.ts';
import { type PlannedStage, planStages } from '../plan/plan-stages.ts';
import { readStageStates } from '../plan/read-stage-states.ts';
import { readRunRecords } from '../runs/run-record.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { textTable } from '../text/text-table.ts';

export function planVerb(terminal: Terminal, wanted: string | undefined, options: { json?: boolean }): void {
  const { workspace } = terminal;
  const name = choosePipeline(wanted, listPipelines(workspace));
  const plan = planStages(readStageStates(openRunner(workspace, name), readRunRecords(workspace)));
  if (options.json) printJson(terminal, { pipeline: name, stages: plan });
  else terminal.out(planText(name, plan));
}

const SHOWN_REASONS = 5;

/** One line of totals and one per stage; further reasons below each other, the first five of them. */
export function planText(pipeline: string, plan: readonly PlannedStage[]): string {
  const count = (action: PlannedStage['action']): number => plan.filter((stage) => stage.action === action).length;
  const checks = count('check') === 0 ? '' : `, ${count('check')} check`;
  const head = `${pipeline}: ${count('run')} run, ${count('may run')} may run, ${count('hit')} hit${checks}\n\n`;
  const rows = plan.flatMap(({ stage, action, reasons }) => [
    [action, stage, reasons[0] ?? ''],
    ...reasons.slice(1, SHOWN_REASONS).map((reason) => ['', '', reason]),
    ...(reasons.length > SHOWN_REASONS
      ? [['', '', `and ${reasons.length - SHOWN_REASONS} more; --json shows all`]]
      : []),
  ]);
  return head + textTable(rows);
}
