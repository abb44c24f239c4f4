import { readLedger } from '@itool/ledger';
import { causeText, explainStage } from '@itool/lineage';
import type { WorkspaceCopy } from './workspace-copy.ts';

/**
 * What `itool explain` says of the latest run, as one line: the change that somebody made, behind the stage that it was made to.
 * `files: file rows`: other bytes of the outside file that an import calls `rows`.
 */
export function explanationOf(copy: WorkspaceCopy, pipeline: string, stage: string): string {
  const { entries } = readLedger(copy.root);
  const explained = explainStage(copy.root, entries, `${pipeline}.${stage}`);
  if (explained === null) return 'not in the ledger';
  const { outcome, causes, roots, note, maker } = explained;
  if (outcome === 'hit') {
    const first = entries[0]!.body.kind === 'run' ? entries[0]!.body.run : '';
    return maker === null
      ? (note ?? '')
      : `taken from the cache, made in ${maker.run === first ? 'the first run' : maker.run}`;
  }
  const own = causes.filter((cause) => cause.kind !== 'input');
  const shown = own.length > 0 ? [{ stage: `${pipeline}.${stage}`, causes: own }] : roots;
  return shown
    .map((root) => `${root.stage.slice(pipeline.length + 1)}: ${root.causes.map(causeText).join('; ')}`)
    .join(' | ');
}
