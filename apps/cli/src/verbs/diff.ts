import { openStore } from '@itool/artifact';
import { type LedgerEntry, readLedger } from '@itool/ledger';
import { causeText, diffRuns, type RunDiff, runsOf } from '@itool/lineage';
import { listPipelines } from '@itool/pipeline';
import { canonicalJson, ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { printJson, type Terminal } from '../terminal.ts';
import { textTable } from '../text/text-table.ts';
import { commitText } from './explain.ts';

/**
 * Without runs: the latest run against the latest before it that ended with anything else.
 *
 * @throws ItoolError bad_config for an unknown run, missing_file when there are no two runs
 */
export function diffVerb(
  terminal: Terminal,
  wanted: string | undefined,
  ids: readonly string[],
  options: { json?: boolean; list?: boolean },
): void {
  const { workspace } = terminal;
  const pipeline = choosePipeline(wanted, listPipelines(workspace));
  const runs = runsOf(readLedger(workspace).entries, pipeline);
  if (options.list) {
    listRuns(terminal, pipeline, runs, options.json ?? false);
    return;
  }
  const diff = diffRuns(workspace, openStore(), pipeline, chooseRuns(pipeline, runs, ids));
  if (options.json) printJson(terminal, { pipeline, ...diff });
  else terminal.out(diffText(pipeline, diff));
}

function listRuns(terminal: Terminal, pipeline: string, runs: readonly LedgerEntry[], json: boolean): void {
  const listed = runs.flatMap(({ at, body }) => {
    if (body.kind !== 'run') return [];
    const own = Object.entries(body.tasks).filter(([stage]) => stage.startsWith(`${pipeline}.`));
    const ran = own.filter(([, task]) => task.status === 'success').length;
    return [{ run: body.run, at: new Date(at).toISOString(), commit: body.commit, stages: own.length, ran }];
  });
  if (json) printJson(terminal, { pipeline, runs: listed });
  else
    terminal.out(
      textTable(
        listed.map(({ run, at, commit, stages, ran }) => [
          run,
          at,
          commit?.slice(0, 10) ?? '',
          `${ran} of ${stages} ran`,
        ]),
      ),
    );
}

function chooseRuns(
  pipeline: string,
  runs: readonly LedgerEntry[],
  ids: readonly string[],
): [LedgerEntry, LedgerEntry] {
  const byId = (id: string): LedgerEntry => {
    const found = runs.find(({ body }) => body.kind === 'run' && body.run === id);
    if (found !== undefined) return found;
    const valid = runs.slice(0, 5).flatMap(({ body }) => (body.kind === 'run' ? [body.run] : []));
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: no such run of ${pipeline}: ${id} (latest: ${valid.join(', ') || 'none'})`,
      hint: `itool diff ${pipeline} --list shows all`,
    });
  };
  const after = ids[1] !== undefined ? byId(ids[1]) : runs[0];
  const before =
    ids[0] !== undefined
      ? byId(ids[0])
      : runs.slice(1).find((one) => resultsOf(one, pipeline) !== resultsOf(runs[0]!, pipeline));
  if (before !== undefined && after !== undefined) return [before, after];
  throw new ItoolError({
    code: 'missing_file',
    message: `cli: there are no two runs of ${pipeline} with different results to compare`,
    hint: `itool diff ${pipeline} --list shows the runs; two of them can be named: itool diff ${pipeline} <run> <run>`,
  });
}

/** What a run ended with. A run of a part, or one that failed, has other results than a whole one. */
function resultsOf({ body }: LedgerEntry, pipeline: string): string {
  if (body.kind !== 'run') return '';
  const own = Object.entries(body.tasks).filter(([stage]) => stage.startsWith(`${pipeline}.`));
  return canonicalJson(own.map(([stage, task]) => [stage, task.provenance ?? null]).sort());
}

export function diffText(pipeline: string, { before, after, stages, scores, unread }: RunDiff): string {
  const head = (side: RunDiff['before']): string =>
    `run ${side.run} of ${new Date(side.at).toISOString()}${commitText(side.commit)}`;
  const same = stages.filter((stage) => stage.state === 'same').length;
  const rows = stages
    .filter((stage) => stage.state !== 'same')
    .flatMap(({ stage, state, causes }) => [
      [stage, state, causes[0] === undefined ? '' : causeText(causes[0])],
      ...causes.slice(1).map((cause) => ['', '', causeText(cause)]),
    ]);
  const shown = (value: unknown): string => (value === null ? '(none)' : canonicalJson(value));
  const table = scores.map(({ stage, score, before: old, after: now }) => [stage, score, shown(old), shown(now)]);
  return [
    `${pipeline}: ${head(before)}\n${' '.repeat(pipeline.length)}  ${head(after)}\n\n`,
    textTable(rows),
    `${same} of ${stages.length} stages are the same\n`,
    table.length === 0
      ? '\nscores are equal\n'
      : `\n${textTable([['stage', 'score', 'before', 'after'], ...table], [2, 3])}`,
    unread.length === 0 ? '' : `scores of ${unread.join(', ')} cannot be read: their bytes are not in the store\n`,
  ].join('');
}
