import { Command, InvalidArgumentError, Option } from 'commander';
import { version } from '../package.json';
import type { Terminal } from './terminal.ts';

const PIPELINE = 'folder below pipelines/; may be left out when there is one, or one called itool';
const STAGE = 'stage, or pipeline and stage: mine-1, itool.mine-1';
const JSON_FLAG = 'print the result as JSON on stdout';

/** The verbs with their options. Each verb is loaded when it is used, so that help and errors appear at once. */
export function makeProgram(terminal: Terminal): Command {
  const program = new Command('itool')
    .description('Fine-tune language models for tool use, step by step, and recompute only what a change touches.')
    .version(version, '--version')
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showHelpAfterError('(itool --help shows what there is)');
  const verb = (name: string, summary: string): Command =>
    program.command(name).description(summary).option('--json', JSON_FLAG);

  verb('run', 'run a pipeline; stages whose code, parameters and inputs have not changed are taken from the cache')
    .argument('[pipeline]', PIPELINE)
    .argument('[nx-options...]', 'further options for nx, after --, for example: itool run itool -- --parallel=1')
    .option('--skip-cache', 'start every stage again; a stage that finds nothing changed still ends at once')
    .option('--local-cache', 'leave the team cache alone, also when one is configured')
    .action(async (pipeline, nxOptions, options) => {
      const { runVerb } = await import('./verbs/run.ts');
      await runVerb(terminal, pipeline, { ...options, nx_options: nxOptions });
    });
  verb('plan', 'say what a run would do, stage by stage, why, and how long it would take; nothing is run')
    .argument('[pipeline]', PIPELINE)
    .action(async (pipeline, options) => {
      const { planVerb } = await import('./verbs/plan.ts');
      planVerb(terminal, pipeline, options);
    });
  verb(
    'explain',
    'say which parameter, data, source file or package made a stage run, or who made the result that it took',
  )
    .argument('<stage>', STAGE)
    .option('--run <id>', 'in that run instead of the latest; "itool diff --list" shows the ids')
    .action(async (stage, options) => {
      const { explainVerb } = await import('./verbs/explain.ts');
      explainVerb(terminal, stage, options);
    });
  verb('lineage', 'show what a stage, an artifact or a row comes from and what it has gone into')
    .argument(
      '[target]',
      'pipeline, stage (mine-1, itool.mine-1) or artifact (mine-1/nodes); with --row or --check the pipeline',
    )
    .option('--row <id>', 'id of a row: row_id, pair_id, tree_id/node_id, id of a case, or <stage>/<output>:<id>')
    .option('--up', 'only what it comes from')
    .option('--down', 'only what it has gone into; of a row also: which models have seen it')
    .option(
      '--check',
      'count the rows of every table that no source row and no generator accounts for; exit code 1 when there are any',
    )
    .option('--format <format>', 'of a graph: text, mermaid or dot')
    .action(async (target, options) => {
      const { lineageVerb } = await import('./verbs/lineage.ts');
      await lineageVerb(terminal, target, options);
    });
  verb(
    'verify',
    'check every digest and signature of what a pipeline has made; exit code 1 and names when something is missing or altered',
  )
    .argument('[pipeline]', PIPELINE)
    .option('--run <id>', 'what that run ended with, instead of what is there now')
    .option('--keys <file>', 'trusted public keys in PEM form (default: $ITOOL_TRUSTED_KEYS, ~/.itool/trusted.pem)')
    .action(async (pipeline, options) => {
      const { verifyVerb } = await import('./verbs/verify.ts');
      verifyVerb(terminal, pipeline, options);
    });
  verb('diff', 'show two runs side by side: parameters, data, code, scores')
    .argument('[pipeline]', PIPELINE)
    .argument('[runs...]', 'one or two run ids; without them the latest run and the one before it that ended otherwise')
    .option('--list', 'list the runs')
    .action(async (pipeline, runs, options) => {
      const { diffVerb } = await import('./verbs/diff.ts');
      diffVerb(terminal, pipeline, runs, options);
    });
  verb('release', 'sign where the outputs of a stage come from: in-toto statement with SLSA provenance')
    .argument('[stage]', STAGE)
    .option('--key <file>', 'Ed25519 private key in PEM form (default: $ITOOL_SIGNING_KEY, ~/.itool/signing.pem)')
    .option('--new-key <file>', 'make a key pair instead: <file> and <file>.pub')
    .action(async (stage, options) => {
      const { releaseVerb } = await import('./verbs/release.ts');
      releaseVerb(terminal, stage, options);
    });
  verb('status', 'show the last run: what ran, what came from the cache, times and sizes')
    .argument('[pipeline]', PIPELINE)
    .action(async (pipeline, options) => {
      const { statusVerb } = await import('./verbs/status.ts');
      statusVerb(terminal, pipeline, options);
    });
  verb('report', 'say where the report of a pipeline is, or print it')
    .argument('[pipeline]', PIPELINE)
    .option('--format <format>', 'print the report itself: html, md or json')
    .action(async (pipeline, options) => {
      const { reportVerb } = await import('./verbs/report.ts');
      reportVerb(terminal, pipeline, options);
    });
  verb('env', 'show what this machine computes with: backend and why, threads, store, versions').action(
    async (options) => {
      const { envVerb } = await import('./verbs/env.ts');
      await envVerb(terminal, options);
    },
  );
  verb(
    'repair',
    'compute a stage again in place and accept the result, when its bytes are lost and cannot be made the same',
  )
    .argument('<stage>', 'stage, or pipeline and stage: mine-1, itool.mine-1, "itool mine-1"')
    .argument('[stage-of-pipeline]', 'stage, when the first argument is the pipeline')
    .action(async (first, second, options) => {
      const { repairVerb } = await import('./verbs/repair.ts');
      await repairVerb(terminal, second === undefined ? first : `${first}.${second}`, options);
    });
  program
    .command('gateway')
    .description('stand between nx and the team cache while a command runs, or until a signal comes')
    .argument('[command...]', 'after --, for example: itool gateway -- npx nx run itool:run')
    .option('--port <port>', 'fixed, for an address in an environment file of nx', Number)
    .action(async (command, options) => {
      const { gatewayVerb } = await import('./verbs/gateway.ts');
      await gatewayVerb(terminal, command, options);
    });
  const cache = program.command('cache').description('the team cache');
  cache
    .command('key')
    .description('make the key that signs what this machine gives to the team, and print its public half')
    .option('--json', JSON_FLAG)
    .action(async (options) => {
      const { cacheKeyVerb } = await import('./verbs/cache-key.ts');
      cacheKeyVerb(terminal, options);
    });
  const store = program.command('store').description('the bytes behind the manifests: here, and with the team');
  const storeVerb = (name: string, summary: string): Command =>
    store.command(name).description(summary).option('--json', JSON_FLAG);
  const TARGET = 'pipeline, stage, or pipeline.stage';
  storeVerb('du', 'show what the store and each stage take')
    .argument('[target]', TARGET)
    .action(async (target, options) => {
      const { storeDuVerb } = await import('./verbs/store.ts');
      storeDuVerb(terminal, target, options);
    });
  storeVerb('gc', 'remove blobs that no checkout refers to and that are old, or too many')
    .option('--older-than <days>', 'unused for so many days', Number, 30)
    .option('--max-size <GB>', 'then the least recently used, until the store is no larger', Number)
    .option('--dry-run', 'remove nothing')
    .action(async (options) => {
      const { storeGcVerb } = await import('./verbs/store.ts');
      storeGcVerb(terminal, options);
    });
  storeVerb('push', 'give data to the team')
    .argument('[target]', TARGET)
    .option('--keep <name>', 'and let the server keep what the last run refers to, under this name')
    .action(async (target, options) => {
      const { storePushVerb } = await import('./verbs/store.ts');
      await storePushVerb(terminal, target, options);
    });
  storeVerb('pull', 'fetch data from the team')
    .argument('[target]', TARGET)
    .action(async (target, options) => {
      const { storePullVerb } = await import('./verbs/store.ts');
      await storePullVerb(terminal, target, options);
    });
  verb('eval', 'evaluate a model on a benchmark; the same command goes on where it was ended')
    .argument('<benchmark>', 'bfcl')
    .requiredOption(
      '--model <model>',
      'stage (itool.sft-hard), model folder, or address of an OpenAI-compatible server',
    )
    .requiredOption('--data <folder>', 'folder with the official files of the benchmark')
    .option('--name <name>', 'name of the model, as the server knows it and as result files have it')
    .option(
      '--out <folder>',
      'where answers, cases, result and score files go (default: .itool/eval/<benchmark>/<name>)',
    )
    .option('--categories <list>', 'categories, separated by commas')
    .option('--rows <n>', 'first rows of each category only', positive)
    .addOption(choice('--mode <mode>', 'functions as tools or in the prompt', ['prompt', 'fc'], 'prompt'))
    .addOption(
      new Option(
        '--prompt <style>',
        'official system message, or tools through the chat template (default: v4 for a server, else template)',
      ).choices(['template', 'v3', 'v4']),
    )
    .addOption(STRIP())
    .addOption(FORMULA())
    .addOption(choice('--device <device>', 'for a model of ours', ['auto', 'native', 'wasm', 'cpu'], 'auto'))
    .option('--max-tokens <n>', 'longest answer', positive, 512)
    .option('--temperature <t>', 'of a server; models of ours decode greedily', Number, 0.001)
    .option('--timeout <seconds>', 'longest time for one answer of a server', Number, 120)
    .option('--retries <n>', 'further tries after a failure that may pass', Number, 5)
    .option('--concurrency <n>', 'requests under way at once', positive, 8)
    .option('--api-key-env <name>', 'environment variable with the API key (default: ITOOL_API_KEY, OPENAI_API_KEY)')
    .action(async (benchmark, options) => {
      const { evalVerb } = await import('./verbs/eval.ts');
      await evalVerb(terminal, benchmark, options);
    });
  verb('score', 'score result files that the official BFCL tool, or itool eval, has written')
    .requiredOption(
      '--results <folder>',
      'folder with BFCL_v4_<category>_result.json files, of one model or of several',
    )
    .requiredOption('--data <folder>', 'folder with the official files of the benchmark')
    .option('--out <folder>', 'where score files, tables and cases go')
    .addOption(choice('--mode <mode>', 'how the model replied', ['auto', 'prompt', 'fc'], 'auto'))
    .addOption(STRIP())
    .addOption(FORMULA())
    .option('--partial', 'score what is there although rows are missing')
    .action(async (options) => {
      const { scoreVerb } = await import('./verbs/score.ts');
      await scoreVerb(terminal, options);
    });
  return program;
}

function choice(flags: string, about: string, choices: string[], standard: string): Option {
  return new Option(flags, about).choices(choices).default(standard);
}

const STRIP = (): Option => choice('--strip <rule>', 'clean-up rule of the decoder', ['v3', 'v4'], 'v4');
const FORMULA = (): Option => choice('--formula <formula>', 'averages of v3 or v4', ['v3last', 'head'], 'v3last');

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It has to be a whole number from 1.');
}
