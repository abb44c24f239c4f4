import type { DialogueRow, JsonObject, JsonValue } from '@itool/record';
import { parseCalls } from '@itool/tool-call';

export type TrainingCategory = {
  category: string;
  questions: JsonObject[];
  answers: JsonObject[];
  /** Row that each question was made of. */
  row_ids: string[];
};

/** BFCL's names, since the checker is chosen by the words `parallel` and `multiple` (specs/bfcl.md 4.1). */
function categoryOf(row: DialogueRow, calls: number): string {
  const name = row.tools.length === 1 ? ['simple_python', 'parallel'] : ['multiple', 'parallel_multiple'];
  return `${name[calls === 1 ? 0 : 1]!}_training`;
}

/** A gold value as the answer files hold it: members of objects are lists of acceptable values of their own (specs/bfcl.md 1.3). */
function acceptable(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(acceptable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, [acceptable(member)]]));
}

/**
 * Cases out of the first `limit` rows that end in calls of their own tools, the gold value of each parameter being the only
 * acceptable one. A model is right on them when it has learned these rows by heart: they show that training works, nothing more.
 */
export function trainingCases(rows: readonly DialogueRow[], limit: number): TrainingCategory[] {
  const found = new Map<string, TrainingCategory>();
  let taken = 0;
  for (const row of rows) {
    if (taken === limit) break;
    const { status, calls } = parseCalls(row.messages[row.messages.length - 1]!.content);
    const names = new Set(row.tools.map((tool) => tool.name));
    if (status !== 'ok' || !calls.every((call) => names.has(call.name))) continue;
    taken++;
    const category = categoryOf(row, calls.length);
    const entry = found.get(category) ?? { category, questions: [], answers: [], row_ids: [] };
    found.set(category, entry);
    const id = `${category}_${entry.questions.length}`;
    const messages = row.messages.slice(0, -1).map(({ role, content }) => ({ role, content }));
    const tools = row.tools.map(({ name, description = '', parameters = {} }) => ({ name, description, parameters }));
    entry.questions.push({ id, question: [messages], function: tools });
    const ground_truth = calls.map((call) => ({
      [call.name]: Object.fromEntries(Object.entries(call.arguments).map(([key, value]) => [key, [acceptable(value)]])),
    }));
    entry.answers.push({ id, ground_truth });
    entry.row_ids.push(row.row_id);
  }
  return [...found.values()].sort((a, b) => (a.category < b.category ? -1 : 1));
}
