import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Answer, Answerer, Asked } from './answerer.ts';

export type AnsweredRow = { id: string; answer: Answer };

/** Answers a file holds. A last line that a crash has cut off is no answer. */
function readAnswered(path: string): Map<string, Answer> {
  const answered = new Map<string, Answer>();
  if (!existsSync(path)) return answered;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    try {
      const { id, answer } = JSON.parse(line) as AnsweredRow;
      answered.set(id, answer);
    } catch {}
  }
  return answered;
}

/**
 * Answers rows by id and keeps each answer in a file as soon as it is there, so that a run that is ended goes on where it was: rows
 * with an answer in the file are not asked again.
 *
 * @param path one JSON line per answer; may not exist yet
 * @param onAnswer hears of every row, also of those already answered
 */
export async function answerRows(
  answerer: Pick<Answerer, 'answer'>,
  rows: readonly { id: string; asked: Asked }[],
  path: string,
  onAnswer: (row: AnsweredRow) => void = () => {},
): Promise<Map<string, Answer>> {
  mkdirSync(dirname(path), { recursive: true });
  const answered = readAnswered(path);
  for (const { id } of rows) if (answered.has(id)) onAnswer({ id, answer: answered.get(id)! });
  const open = rows.filter(({ id }) => !answered.has(id));
  if (open.length === 0) return answered;
  // Ends a line that a crash has cut off.
  appendFileSync(path, '\n');
  await answerer.answer(
    open.map(({ asked }) => asked),
    (index, answer) => {
      const { id } = open[index]!;
      appendFileSync(path, `${JSON.stringify({ id, answer })}\n`);
      answered.set(id, answer);
      onAnswer({ id, answer });
    },
  );
  return answered;
}
