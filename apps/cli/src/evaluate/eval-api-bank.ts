import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ApiBankScores, Tally } from '@itool/api-bank-eval';
import { ItoolError } from '@itool/record';
import { printJson, type Terminal } from '../terminal.ts';
import { textTable } from '../text/text-table.ts';
import { type EvalOptions, keepSettings } from './eval-bfcl.ts';
import { openModel } from './open-model.ts';

const LEVELS = ['L1', 'L2'] as const;

function levelsOf(wanted: string | undefined): (typeof LEVELS)[number][] {
  const names = wanted?.split(',') ?? LEVELS;
  return names.map((name) => {
    const level = LEVELS.find((known) => known === name);
    if (level !== undefined) return level;
    throw new ItoolError({
      code: 'bad_config',
      message: `eval: no such level of API-Bank: ${name} (valid: ${LEVELS.join(', ')})`,
      hint: 'For example: --categories L1',
    });
  });
}

function scoresText(scores: ApiBankScores): string {
  const cell = ({ correct, total }: Tally) =>
    `${correct}/${total} ${total === 0 ? '' : ((100 * correct) / total).toFixed(2)}`;
  const rows = Object.entries(scores).map(([level, { correctness, names_equal, rouge_l }]) => [
    level,
    cell(correctness),
    cell(names_equal),
    rouge_l === null ? '' : rouge_l.mean.toFixed(4),
  ]);
  return textTable([['level', 'official', 'names and parameters equal', 'Rouge-L of answers'], ...rows], [1, 2, 3]);
}

/**
 * Evaluates a model on API-Bank: `--data` is the folder with `init_database/` and `lv1-lv2-samples/`, `--categories` chooses levels, `--rows` takes
 * that many dialogues of each. Answers are kept as they come: the same command goes on where it was ended.
 */
export async function evalApiBank(terminal: Terminal, options: EvalOptions): Promise<void> {
  const [{ loadDatabases, loadDialogues, samplesOf }, { CASE_COLUMNS, evaluate, scoreApiBank }, { startProgress }] =
    await Promise.all([import('@itool/api-bank'), import('@itool/api-bank-eval'), import('@itool/stage')]);
  const data = resolve(options.data);
  const databases = loadDatabases(data);
  const dialogues = levelsOf(options.categories).flatMap((level) =>
    loadDialogues(data, [level]).slice(0, options.rows),
  );
  const { answerer, name, kind } = await openModel(terminal.workspace, options.model, options);
  const prompt =
    (options.prompt ?? (kind === 'endpoint' ? 'official' : 'template')) === 'template' ? 'template' : 'official';
  const folder = resolve(options.out ?? join('.itool', 'eval', 'api-bank', name.replace(/[^\w.-]+/g, '_')));
  const sampling = kind === 'endpoint' ? { temperature: options.temperature } : {};
  keepSettings(folder, { model: options.model, name, prompt, max_tokens: options.maxTokens, ...sampling });
  const sink = { write: terminal.err, isTerminal: process.stderr.isTTY === true, now: () => performance.now() };
  const total = dialogues.flatMap(samplesOf).filter(({ target }) => target.role !== 'User').length;
  const bar = startProgress(sink, { label: 'eval api-bank', total, unit: 'samples' });
  const { cases, refused } = await evaluate({
    dialogues,
    databases,
    answerer,
    prompt,
    search: 'oracle',
    responses: true,
    answers_path: join(folder, 'answers.jsonl'),
    onRow: () => bar.tick(),
  });
  bar.finish();
  answerer.dispose();
  const scores = scoreApiBank(cases);
  const { writeParquet } = await import('@itool/artifact');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'scores.json'), `${JSON.stringify({ name, prompt, refused, levels: scores }, null, 2)}\n`);
  writeFileSync(join(folder, 'cases.parquet'), await writeParquet(cases, CASE_COLUMNS));
  writeFileSync(join(folder, 'cases.jsonl'), cases.map((one) => `${JSON.stringify(one)}\n`).join(''));
  if (options.json) printJson(terminal, { folder, refused, levels: scores });
  else terminal.out(`${scoresText(scores)}\ncases and scores: ${folder}\n`);
}
