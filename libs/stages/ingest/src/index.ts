import { generateApiBank, generateEvaluation, generatePretraining, generateTraining } from '@itool/dataset-synthetic';
import { readDialogues } from '@itool/dialogue';
import { type DialogueRow, ItoolError, type JsonObject } from '@itool/record';
import type { StageContext, StageDefinition } from '@itool/stage';
import { bfclCategory, familyOf } from './bfcl-category.ts';
import { type Params, paramsSchema } from './params.ts';
import { trainingCases } from './training-cases.ts';

const ROW_COLUMNS = {
  row_id: 'utf8',
  source: 'utf8',
  family: 'utf8',
  tools: 'utf8',
  tools_text: 'utf8',
  messages: 'utf8',
  target: 'utf8',
} as const;

const PRETRAINING_COLUMNS = {
  row_id: 'utf8',
  kind: 'utf8',
  tools: 'utf8',
  tools_text: 'utf8',
  messages: 'utf8',
  target: 'utf8',
} as const;

/** Where each evaluation case comes from; `row_id` of cases made of training rows. */
const CASE_COLUMNS = { id: 'utf8', category: 'utf8', origin: 'utf8', row_id: 'utf8?' } as const;

const DROPPED_COLUMNS = { source: 'utf8', reason: 'utf8', count: 'int32' } as const;

type Counted = { source: string; reason: string; count: number };

/**
 * Makes the corpus: synthetic rows and rows of imported files in one table, the rows left out with their reasons, pre-training
 * rows, and evaluation categories in BFCL's file format. `tools` and `messages` are JSON texts, `target` is the last message.
 */
export const stage: StageDefinition<Params> = {
  kind: 'ingest',
  params: paramsSchema,
  device: 'none',
  run: async (context) => {
    const { params, out } = context;
    const rows: DialogueRow[] = params.synthetic?.training ? generateTraining(params.synthetic.training) : [];
    const dropped: Counted[] = [];
    const notes: Counted[] = [];
    for (const [source, { file, format, max_rows }] of Object.entries(params.sources ?? {})) {
      const read = await readDialogues(format, context.inputs.bytes('files', file), { source });
      const kept = read.rows.slice(0, max_rows);
      for (const row of kept) rows.push(row);
      dropped.push(...read.dropped.map((d) => ({ source, ...d })));
      notes.push(...read.notes.map((n) => ({ source, ...n })));
      const left_out = read.rows.length - kept.length;
      if (left_out > 0) dropped.push({ source, reason: 'beyond max_rows', count: left_out });
      context.log(`${source}: ${kept.length} rows kept, ${read.dropped.reduce((sum, d) => sum + d.count, 0)} dropped`);
    }
    const pretraining = params.synthetic?.pretraining ? generatePretraining(params.synthetic.pretraining) : [];
    const excluded = new Set(params.exclude_rows);
    checkExcluded(params.exclude_rows, [...rows, ...pretraining]);
    const kept_rows = rows.filter((row) => !excluded.has(row.row_id));
    for (const source of new Set(rows.filter((row) => excluded.has(row.row_id)).map((row) => row.source))) {
      const count = rows.filter((row) => row.source === source && excluded.has(row.row_id)).length;
      dropped.push({ source, reason: 'excluded by id', count });
    }
    out.table(
      'rows',
      ROW_COLUMNS,
      kept_rows.map((row) => ({ ...asColumns(row), source: row.source, family: row.family })),
    );
    out.table('dropped', DROPPED_COLUMNS, dropped);
    out.fact('notes', notes);

    out.table(
      'pretraining',
      PRETRAINING_COLUMNS,
      pretraining.filter((row) => !excluded.has(row.row_id)).map((row) => ({ ...asColumns(row), kind: row.kind })),
    );
    writeEvaluation(context, kept_rows);
    if (params.synthetic?.api_bank) {
      const { dialogues, databases } = generateApiBank(params.synthetic.api_bank);
      out.text('api-bank/dialogues', jsonLines(dialogues), 'jsonl');
      out.json('api-bank/databases', databases);
    }
  },
};

/** An id that is no row would be believed to be left out. */
function checkExcluded(ids: readonly string[], rows: readonly { row_id: string }[]): void {
  const known = new Set(rows.map((row) => row.row_id));
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new ItoolError({
    code: 'bad_config',
    message: `ingest: exclude_rows: no such row: ${unknown.join(', ')}`,
    hint: 'Correct the id, or take it out of the list when the row is no longer in the data.',
  });
}

function asColumns(row: Pick<DialogueRow, 'row_id' | 'tools' | 'tools_text' | 'messages'>) {
  return {
    row_id: row.row_id,
    tools: JSON.stringify(row.tools),
    tools_text: row.tools_text,
    messages: JSON.stringify(row.messages),
    target: row.messages[row.messages.length - 1]!.content,
  };
}

function jsonLines(values: readonly JsonObject[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/**
 * Categories of the irrelevance family have no answers output. Tools of the official benchmark count as unseen. Cases made of
 * training rows are a family of their own, so that no score mixes them with questions that training never showed.
 */
function writeEvaluation({ params, inputs, out }: StageContext<Params>, rows: readonly DialogueRow[]): void {
  const categories: { category: string; family: string; split: 'seen' | 'unseen'; rows: number }[] = [];
  const cases: { id: string; category: string; origin: string; row_id: string | null }[] = [];
  const write = (
    category: string,
    questions: string,
    answers: string | null,
    origin: string,
    row_ids: string[] = [],
  ): void => {
    for (const [i, line] of questions.split('\n').filter(Boolean).entries())
      cases.push({ id: (JSON.parse(line) as { id: string }).id, category, origin, row_id: row_ids[i] ?? null });
    out.text(`eval/${category}.questions`, questions, 'jsonl');
    if (answers !== null && answers !== '') out.text(`eval/${category}.answers`, answers, 'jsonl');
  };
  for (const made of params.synthetic?.evaluation ? generateEvaluation(params.synthetic.evaluation) : []) {
    const { category, family, split, questions, answers } = made;
    write(category, jsonLines(questions), jsonLines(answers), 'generated');
    categories.push({ category, family, split, rows: questions.length });
  }
  for (const [category, { questions, answers, rows }] of Object.entries(params.bfcl ?? {})) {
    const files = {
      questions: inputs.text('files', questions),
      ...(answers === undefined ? {} : { answers: inputs.text('files', answers) }),
    };
    const taken = bfclCategory(category, files, rows);
    write(category, taken.questions, taken.answers, `file ${questions}`);
    categories.push({ category, family: familyOf(category), split: 'unseen', rows: taken.rows });
  }
  const from_training = params.evaluation_from_training;
  for (const { category, questions, answers, row_ids } of from_training
    ? trainingCases(rows, from_training.rows)
    : []) {
    write(category, jsonLines(questions), jsonLines(answers), 'training', row_ids);
    categories.push({ category, family: 'training', split: 'seen', rows: questions.length });
  }
  out.table('cases', CASE_COLUMNS, cases);
  out.json('categories', categories);
}
