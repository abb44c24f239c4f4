import { errorClassLabel } from '../facts/error-table.ts';
import type { ReportFacts } from '../facts/report-facts.ts';
import { formatCount, formatPercent } from '../format-number.ts';
import { heading, number, type TableRow, table, text } from './table.ts';

type Tally = { correct: number; total: number };

function share({ correct, total }: Tally): string {
  return total === 0 ? '' : `${formatPercent(correct / total)} % (${formatCount(correct)}/${formatCount(total)})`;
}

/** API-Bank: both scores of each model and level, and some cases of the last model. */
export function apiBankSection({ api_bank }: ReportFacts): string {
  if (api_bank.length === 0) return '<p>No model was evaluated on API-Bank.</p>';
  const rows = api_bank.flatMap(({ label, levels }) =>
    levels.map(({ level, correctness, names_equal, rouge_l }, i): TableRow => {
      const response = rouge_l === null ? '' : `${rouge_l.mean.toFixed(4)} (${formatCount(rouge_l.total)})`;
      return {
        cells: [
          heading(i === 0 ? label : ''),
          text(level),
          number(share(correctness)),
          number(share(names_equal)),
          number(response),
        ],
      };
    }),
  );
  const cases = api_bank.at(-1)!.cases.map(
    (one): TableRow => ({
      cells: [
        heading(one.id),
        text(one.expected),
        text(one.output),
        text(one.outcome),
        text(one.error_class === null ? '' : errorClassLabel(one.error_class)),
      ],
    }),
  );
  return (
    '<p>L1: the prompt shows the APIs. L2: the tool has to be searched first. <em>Official</em>: a call is right when it runs on untouched databases and its result passes the check of its API. <em>Names and parameters</em>: a call is right when its name and all its parameters equal the recorded ones, whatever happens when it runs. The two are different scores and not to be mixed: the first depends on the state of the databases, so that even the recorded calls of the official data reach only 87 % and 70 %; the second forgives no other wording.</p>\n' +
    table(
      [text('Model'), text('Level'), number('Official'), number('Names and parameters'), number('Rouge-L of answers')],
      rows,
    ) +
    (cases.length === 0
      ? ''
      : `<p>Some cases of ${api_bank.at(-1)!.label}:</p>\n` +
        table([text('Case'), text('Expected'), text('Output'), text('Outcome'), text('Error type')], cases))
  );
}
