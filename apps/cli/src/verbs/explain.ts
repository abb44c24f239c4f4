import { readLedger } from '@itool/ledger';
import { causeText, type Explanation, explainStage } from '@itool/lineage';
import { ItoolError } from '@itool/record';
import { chooseStage } from '../choose-stage.ts';
import { printJson, type Terminal } from '../terminal.ts';

/** @throws ItoolError missing_file when no run that the ledger knows has reached the stage */
export function explainVerb(terminal: Terminal, wanted: string, options: { json?: boolean; run?: string }): void {
  const { workspace } = terminal;
  const { pipeline, stage } = chooseStage(workspace, wanted);
  const id = `${pipeline}.${stage}`;
  const { entries } = readLedger(workspace);
  const explanation = explainStage(workspace, entries, id, options.run);
  if (explanation === null) {
    const which = options.run === undefined ? 'any run' : `run ${options.run}`;
    throw new ItoolError({
      code: 'missing_file',
      message: `cli: the ledger does not know the stage in ${which}: ${id}`,
      hint: `Run it: itool run ${pipeline}. The ids of former runs: itool diff ${pipeline} --list`,
    });
  }
  if (options.json)
    printJson(terminal, {
      ...explanation,
      causes: withText(explanation.causes),
      roots: explanation.roots.map((root) => ({ ...root, causes: withText(root.causes) })),
    });
  else terminal.out(explanationText(explanation));
}

function withText(causes: Explanation['causes']) {
  return causes.map((cause) => ({ ...cause, text: causeText(cause) }));
}

const SHOWN_CAUSES = 12;

export function explanationText(explanation: Explanation): string {
  const { stage, run, at, commit, outcome, causes, roots, note, maker } = explanation;
  const when = `run ${run} of ${new Date(at).toISOString()}${commitText(commit)}`;
  const lines = [`${stage}: ${outcome === 'hit' ? 'taken from the cache' : outcome} in ${when}`];
  if (maker !== null)
    lines.push(
      `  made by ${maker.user} on ${maker.host} in run ${maker.run} of ${new Date(maker.at).toISOString()}${commitText(maker.commit)}`,
    );
  if (note !== null) lines.push(`  ${note}`);
  const add = (list: Explanation['causes'], indent: string): void => {
    lines.push(...list.slice(0, SHOWN_CAUSES).map((cause) => `${indent}${causeText(cause)}`));
    if (list.length > SHOWN_CAUSES) lines.push(`${indent}and ${list.length - SHOWN_CAUSES} more; --json shows all`);
  };
  add(causes, '  ');
  if (roots.length > 0) lines.push('  because, further up:');
  for (const root of roots) {
    lines.push(`    ${root.stage}`);
    if (root.causes.length === 0)
      lines.push('      gave other bytes: what it looks at outside has changed, or it is not kept');
    add(root.causes, '      ');
  }
  return lines.map((line) => `${line}\n`).join('');
}

export function commitText(commit: string | null): string {
  return commit === null ? '' : `, commit ${commit.slice(0, 10)}`;
}
