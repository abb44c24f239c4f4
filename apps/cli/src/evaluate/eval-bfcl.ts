import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ItoolError } from '@itool/record';
import { printJson, type Terminal } from '../terminal.ts';
import { type ModelOptions, openModel } from './open-model.ts';

export type EvalOptions = ModelOptions & {
  json?: boolean;
  model: string;
  data: string;
  out?: string;
  categories?: string;
  rows?: number;
  mode: 'prompt' | 'fc';
  prompt?: 'template' | 'v3' | 'v4';
  strip: 'v3' | 'v4';
  formula: 'v3last' | 'head';
};

/** Answers in a folder belong to one way of asking; another way needs another folder. */
export function keepSettings(folder: string, settings: object): void {
  const path = join(folder, 'settings.json');
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path)) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    throw new ItoolError({
      code: 'bad_config',
      message: `eval: folder holds answers to questions asked in another way: ${path}`,
      hint: 'Choose another folder with --out, or remove this one.',
    });
  }
}

/** Evaluates a model on BFCL. Answers are kept as they come: the same command goes on where it was ended. */
export async function evalBfcl(terminal: Terminal, options: EvalOptions): Promise<void> {
  const [{ openDataset }, { evaluateCategory, officialFiles, scoreBenchmark }, { startProgress }] = await Promise.all([
    import('@itool/bfcl'),
    import('@itool/bfcl-eval'),
    import('@itool/stage'),
  ]);
  const { isMultiTurnCategory } = await import('@itool/bfcl');
  const dataset = openDataset(resolve(options.data));
  const wanted = options.categories?.split(',') ?? dataset.categories.filter((name) => !isMultiTurnCategory(name));
  const conversation = wanted.find(isMultiTurnCategory);
  if (conversation !== undefined) {
    throw new ItoolError({
      code: 'bad_config',
      message: `eval: category is a conversation, which this command does not hold: ${conversation} (valid: ${dataset.categories.filter((name) => !isMultiTurnCategory(name)).join(', ')})`,
      hint: 'itool score judges conversations that another tool has held.',
    });
  }
  const data = wanted.map((category) => {
    const all = dataset.data(category);
    return { ...all, questions: all.questions.slice(0, options.rows) };
  });
  const { answerer, name, kind } = await openModel(terminal.workspace, options.model, options);
  const prompt = options.prompt ?? (kind === 'endpoint' ? 'v4' : 'template');
  const { mode, strip, formula, maxTokens: max_tokens, temperature } = options;
  const folder = resolve(options.out ?? join('.itool', 'eval', 'bfcl', name.replace(/[^\w.-]+/g, '_')));
  const sampling = kind === 'endpoint' ? { temperature } : {};
  keepSettings(folder, { model: options.model, name, mode, prompt, max_tokens, ...sampling });
  const sink = { write: terminal.err, isTerminal: process.stderr.isTTY === true, now: () => performance.now() };
  const total = data.reduce((sum, { questions }) => sum + questions.length, 0);
  const bar = startProgress(sink, { label: 'eval bfcl', total, unit: 'rows' });
  const evaluated = [];
  for (const category of data) {
    evaluated.push(
      await evaluateCategory({
        data: category,
        split: 'unseen',
        answerer,
        ask: { mode, prompt },
        judge: { mode, strip, underscoreToDot: true },
        answers_path: join(folder, 'answers', `${category.category}.jsonl`),
        onRow: () => bar.tick(),
      }),
    );
  }
  bar.finish();
  answerer.dispose();
  const cases = evaluated.flatMap((category) => category.cases);
  const scores = scoreBenchmark(cases, formula);
  const { writeRun } = await import('./write-run.ts');
  await writeRun(folder, officialFiles(name, evaluated, formula), scores, cases);
  if (options.json) printJson(terminal, { folder, ...scores });
  else {
    const { scoresText } = await import('./print-scores.ts');
    terminal.out(`${scoresText(scores)}\ncases, result and score files: ${folder}\n`);
  }
}
