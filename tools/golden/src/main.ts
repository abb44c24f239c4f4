import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ItoolError } from '@itool/record';
import { runApiBankSuite } from './api-bank-suite.ts';
import { runBfclSuite } from './bfcl-suite.ts';
import { type GoldenReport, printReport } from './file-report.ts';

const USAGE = 'usage: main.ts --suite bfcl|api-bank --golden <folder> --data <folder> [--json]';
const SUITES: Readonly<Record<string, (golden: string, data: string) => GoldenReport>> = {
  bfcl: runBfclSuite,
  'api-bank': runApiBankSuite,
};

function readArguments(argv: string[]): { suite: string; golden: string; data: string; json: boolean } {
  const { values } = parseArgs({
    args: argv,
    options: {
      suite: { type: 'string' },
      golden: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { suite, golden, data, json } = values;
  if (suite === undefined || !Object.hasOwn(SUITES, suite)) {
    throw new Error(`golden: suite is not known: ${suite ?? '(none)'} (${Object.keys(SUITES).join(', ')})`);
  }
  for (const [name, folder] of [
    ['golden', golden],
    ['data', data],
  ] as const) {
    if (folder === undefined || !existsSync(folder)) {
      throw new Error(`golden: folder of --${name} does not exist: ${folder ?? '(none)'}`);
    }
  }
  return { suite, golden: golden!, data: data!, json };
}

/** Exit status: 0 every compared row agrees, 1 some row differs or a file is broken, 2 the command line is wrong. */
function main(argv: string[]): number {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(argv);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}\n`);
    return 2;
  }
  try {
    const report = SUITES[options.suite]!(options.golden, options.data);
    process.stdout.write(`${options.json ? JSON.stringify(report, null, 2) : printReport(report)}\n`);
    return report.agree === report.total ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ItoolError)) throw error;
    process.stderr.write(`${error.message}\n${error.hint ? `${error.hint}\n` : ''}`);
    return 1;
  }
}

process.exitCode = main(process.argv.slice(2));
