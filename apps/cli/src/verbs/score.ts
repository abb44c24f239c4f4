import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { printJson, type Terminal } from '../terminal.ts';

export type ScoreOptions = {
  json?: boolean;
  results: string;
  data: string;
  out?: string;
  mode: 'auto' | 'prompt' | 'fc';
  strip: 'v3' | 'v4';
  formula: 'v3last' | 'head';
  partial?: boolean;
};

/** Scores result files of the official tool, model by model; with --out the official score files and tables are written as well. */
export async function scoreVerb(terminal: Terminal, options: ScoreOptions): Promise<void> {
  const { findResultFiles, judgeResults, nameInVersion, openDataset, readResultFile, replyMode } = await import(
    '@itool/bfcl'
  );
  const { caseOf, multiTurnJudge, officialFiles, scoreBenchmark } = await import('@itool/bfcl-eval');
  const { readLongContext } = await import('@itool/bfcl-environments');
  const dataset = openDataset(resolve(options.data));
  const tables = join(dataset.folder, 'long_context.json');
  const now = new Date();
  const judgeMultiTurn = multiTurnJudge(existsSync(tables) ? readLongContext(tables) : undefined, [
    now.getUTCFullYear(),
    now.getUTCMonth() + 1,
    now.getUTCDate(),
  ]);
  const files = findResultFiles(resolve(options.results));
  const models = [...new Set(files.map(({ model }) => model))];
  const found: Record<string, unknown> = {};
  for (const model of models) {
    const of_model = files
      .filter((file) => file.model === model)
      .map((file) => ({ category: nameInVersion(file.category, dataset.version), results: readResultFile(file.path) }));
    const single_turn = of_model.filter(({ category }) => !category.startsWith('multi_turn'));
    const seen = replyMode(single_turn.flatMap(({ results }) => results.map(({ result }) => result)));
    const mode = options.mode === 'auto' ? seen.mode : options.mode;
    const judged = of_model.map(({ category, results }) => ({
      category,
      judged: judgeResults({
        data: dataset.data(category),
        results,
        options: { mode, strip: options.strip, underscoreToDot: seen.underscoreToDot },
        partial: options.partial,
        judgeMultiTurn,
      }),
    }));
    const cases = judged.flatMap((entry) => entry.judged.map((row) => caseOf(row, 'unseen', '')));
    const scores = scoreBenchmark(cases, options.formula);
    found[model] = { mode, ...scores };
    if (options.out !== undefined) {
      const { writeRun } = await import('../evaluate/write-run.ts');
      const folder = models.length === 1 ? options.out : `${options.out}/${model}`;
      await writeRun(resolve(folder), officialFiles(model, judged, options.formula), scores, cases);
    }
    if (!options.json) {
      const { scoresText } = await import('../evaluate/print-scores.ts');
      terminal.out(`${model} (${mode === 'fc' ? 'function calling' : 'prompt'})\n\n${scoresText(scores)}\n`);
    }
  }
  if (options.json) printJson(terminal, found);
}
