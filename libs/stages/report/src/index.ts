import { buildReport } from '@itool/report';
import type { StageDefinition } from '@itool/stage';
import { type Params, paramsSchema } from './params.ts';
import { readApiBank } from './read-api-bank.ts';
import {
  readData,
  readPairs,
  readPerplexity,
  readPreference,
  readScores,
  readSummaries,
  readTraining,
} from './read-outputs.ts';
import { stageFacts } from './stage-facts.ts';

/** One page on what a pipeline did and found, as HTML, Markdown and JSON. */
export const stage: StageDefinition<Params> = {
  kind: 'report',
  params: paramsSchema,
  device: 'none',
  run: async ({ params, definitions, inputs, out }) => {
    const { scores, comparisons } = await readScores(inputs, params.labels);
    const { pairs, tree } = await readPairs(inputs);
    const report = buildReport({
      title: params.title,
      pipeline: definitions.at(-1)!.pipeline,
      stages: stageFacts(definitions, inputs),
      ...(await readData(inputs)),
      training: await readTraining(inputs),
      optimize: await readPreference(inputs),
      perplexity: await readPerplexity(inputs),
      tree,
      pairs,
      summaries: {
        rank: readSummaries(inputs, 'rank', 'summary'),
        mine: readSummaries(inputs, 'mine', 'summary'),
        filter: readSummaries(inputs, 'filter', 'sides'),
      },
      scores,
      comparisons,
      api_bank: await readApiBank(inputs, params.labels),
    });
    out.text('report.html', report.html, 'html');
    out.text('report.md', report.markdown, 'markdown');
    out.text('report.json', report.json, 'json');
  },
};
