import { contentId, ItoolError } from '@itool/record';

/** A BFCL category as files: lines are kept as they are, since they may hold numbers that JSON in JavaScript would change. */
export type BfclCategory = { questions: string; answers: string | null; rows: number };

function linesById(text: string, name: string): Map<string, string> {
  const lines = new Map<string, string>();
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    let id: unknown;
    try {
      id = (JSON.parse(line) as { id?: unknown }).id;
    } catch (cause) {
      throw badLine(name, i + 1, 'line is no JSON object', cause);
    }
    if (typeof id !== 'string') throw badLine(name, i + 1, 'row has no text member "id"');
    lines.set(id, line);
  });
  return lines;
}

function badLine(name: string, line: number, fact: string, cause?: unknown): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `ingest: ${fact}: ${name}:${line} (BFCL question and answer files hold one JSON object with an id per line)`,
    hint: 'Fetch the file again if it was cut short.',
    cause,
  });
}

/**
 * Takes `rows` questions, those whose ids have the smallest hashes, in the order of the file, and their answers.
 * @throws ItoolError bad_data for a line that is no row, or for a question without an answer
 */
export function bfclCategory(
  category: string,
  files: { questions: string; answers?: string },
  rows: number | undefined,
): BfclCategory {
  const questions = linesById(files.questions, `${category}.questions`);
  const answers = files.answers === undefined ? null : linesById(files.answers, `${category}.answers`);
  const hashed = [...questions.keys()].map((id) => ({ id, hash: contentId(id) }));
  hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  const chosen = new Set(hashed.slice(0, rows ?? hashed.length).map(({ id }) => id));
  const ids = [...questions.keys()].filter((id) => chosen.has(id));
  const unanswered = answers === null ? undefined : ids.find((id) => !answers.has(id));
  if (unanswered !== undefined) {
    throw new ItoolError({
      code: 'bad_data',
      message: `ingest: question has no answer: ${unanswered} (category ${category})`,
      hint: 'Take both files from the same revision of the benchmark.',
    });
  }
  const text = (lines: Map<string, string>) => ids.map((id) => `${lines.get(id)!}\n`).join('');
  return { questions: text(questions), answers: answers === null ? null : text(answers), rows: ids.length };
}

/** Family of an official category: `simple_python`, `simple_java` and `simple_javascript` are all `simple`. */
export function familyOf(category: string): string {
  return category.replace(/^(simple)_.*$/, '$1');
}
