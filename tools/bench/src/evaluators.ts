import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type BfclDataset,
  type CategoryData,
  isDict,
  isMultiTurnCategory,
  judgeResults,
  languageOf,
  openDataset,
  type PyDict,
  type PyValue,
  pyRepr,
  pyStr,
} from '@itool/bfcl';
import { readLongContext } from '@itool/bfcl-environments';
import { multiTurnJudge } from '@itool/bfcl-eval';

export const EVALUATORS_USAGE =
  'usage: npm run bench -- evaluators --data <folder of the official BFCL files> [--json]\n';

/** The first acceptable value; in dicts, whose members are lists of acceptable values, that of each member. */
function firstValue(accepted: PyValue): PyValue {
  const value = Array.isArray(accepted) ? (accepted.find((item) => item !== '') ?? '') : accepted;
  const plain = (item: PyValue): PyValue => {
    if (Array.isArray(item)) return item.map(plain);
    if (!isDict(item)) return item;
    return { kind: 'dict', entries: item.entries.map(([key, member]) => [key, firstValue(member)]) };
  };
  return plain(value);
}

/** A right reply for an answer: parameters that may be left out are left out. */
function replyOf(category: string, answers: readonly PyDict[]): string {
  const python = languageOf(category) === 'python';
  const calls = answers.map((answer) => {
    const [name, parameters] = answer.entries[0]!;
    const given = (isDict(parameters) ? parameters.entries : []).filter(
      ([, accepted]) => !(Array.isArray(accepted) && accepted.includes('')),
    );
    const text = (value: PyValue) => (python ? pyRepr(value) : typeof value === 'string' ? value : pyStr(value));
    return `${pyStr(name)}(${given.map(([key, accepted]) => `${pyStr(key)}=${text(firstValue(accepted))}`).join(', ')})`;
  });
  return `[${calls.join(', ')}]`;
}

function resultOf(data: CategoryData, id: string): PyValue {
  if (!isMultiTurnCategory(data.category)) {
    const answer = data.answer(id);
    return answer === undefined ? 'No function fits.' : replyOf(data.category, answer.ground_truth);
  }
  const turns = data.groundTruth(id);
  // One step per turn: the calls as the dataset writes them.
  return (Array.isArray(turns) ? turns : []).map((calls) =>
    Array.isArray(calls) && calls.length > 0 ? [`[${calls.map(pyStr).join(', ')}]`] : [],
  );
}

/** Reads all files, so that the time is that of the verdicts alone. */
function readAll(dataset: BfclDataset): { data: CategoryData; results: { id: string; result: PyValue }[] }[] {
  return dataset.categories.map((category) => {
    const data = dataset.data(category);
    return { data, results: data.questions.map(({ id }) => ({ id, result: resultOf(data, id) })) };
  });
}

/** Seconds for the verdicts on all rows of the official data, with the ground truth as the reply of the model. */
export function benchEvaluators(argv: readonly string[], write: (line: string) => void): number {
  const { values } = parseArgs({
    args: [...argv],
    options: { data: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  if (values.data === undefined || !existsSync(values.data)) {
    throw new Error(`bench: folder of --data does not exist: ${values.data ?? '(none)'}\n${EVALUATORS_USAGE}`);
  }
  const dataset = openDataset(values.data);
  const categories = readAll(dataset);
  const tables = join(values.data, 'long_context.json');
  const judgeMultiTurn = multiTurnJudge(existsSync(tables) ? readLongContext(tables) : undefined, [2026, 11, 20]);
  const options = { mode: 'prompt', strip: 'v4', underscoreToDot: true } as const;
  const figures = categories.map(({ data, results }) => {
    const began = performance.now();
    const used = process.cpuUsage();
    const judged = judgeResults({ data, results, options, judgeMultiTurn });
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(used);
    return {
      category: data.category,
      rows: judged.length,
      right: judged.filter(({ verdict }) => verdict.valid).length,
      seconds,
      cpu_seconds: (user + system) / 1e6,
    };
  });
  const sum = (count: (figure: (typeof figures)[number]) => number) =>
    figures.reduce((total, f) => total + count(f), 0);
  const whole = {
    rows: sum(({ rows }) => rows),
    right: sum(({ right }) => right),
    seconds: sum(({ seconds }) => seconds),
    cpu_seconds: sum(({ cpu_seconds }) => cpu_seconds),
  };
  if (values.json) write(JSON.stringify({ ...whole, categories: figures }));
  else {
    for (const { category, rows, right, seconds, cpu_seconds } of [...figures, { category: 'all', ...whole }]) {
      const rate = (rows / seconds).toFixed(0);
      write(
        `${category.padEnd(26)}${String(rows).padStart(6)} rows  ${String(right).padStart(5)} right  ${seconds.toFixed(3).padStart(7)} s  ${cpu_seconds.toFixed(3).padStart(7)} s of CPU  ${rate.padStart(7)} rows/s`,
      );
    }
  }
  return 0;
}
