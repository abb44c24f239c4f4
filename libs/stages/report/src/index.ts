import { buildReport, type StageFacts } from '@itool/report';
import type { StageDefinition, StageInputs } from '@itool/stage';
import { readLineage } from './lineage.ts';
import { type Params, paramsSchema } from './params.ts';
import {
  readData,
  readPairs,
  readPerplexity,
  readPreference,
  readScores,
  readSummaries,
  readTraining,
  stagesOf,
} from './read-outputs.ts';

/** Roles that have one stage per iteration, in order. */
const ITERATION_ROLES = ['rank', 'mine', 'filter', 'optimize'];

/** One page on what a pipeline did and found, as HTML, Markdown and JSON. */
export const stage: StageDefinition<Params> = {
  kind: 'report',
  params: paramsSchema,
  device: 'none',
  run: async ({ params, inputs, out, workspace }) => {
    const given = inputs.roles.flatMap((role) => inputs.stages(role));
    const lineage = readLineage(workspace, given);
    const { scores, comparisons } = await readScores(inputs, params.labels);
    const { pairs, tree } = await readPairs(inputs);
    const report = buildReport({
      title: params.title,
      pipeline: lineage.pipeline,
      stages: [...withIterations(lineage.stages, inputs), ownFacts(params, inputs)],
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
    });
    out.text('report.html', report.html, 'html');
    out.text('report.md', report.markdown, 'markdown');
    out.text('report.json', report.json, 'json');
  },
};

/** A stage belongs to the iteration whose place it has in its role; evaluations follow those of base and SFT. */
function withIterations(stages: readonly StageFacts[], inputs: StageInputs): StageFacts[] {
  const iterations = new Map<string, number>();
  for (const role of ITERATION_ROLES)
    for (const [i, input] of stagesOf(inputs, role).entries()) iterations.set(input.stage, i + 1);
  return stages.map((entry) => {
    const policies = Object.values(entry.needs).flat();
    const evaluated = entry.kind.startsWith('eval') ? policies.map((name) => iterations.get(name)) : [];
    const iteration = iterations.get(entry.name) ?? evaluated.find((found) => found !== undefined) ?? null;
    return { ...entry, iteration };
  });
}

/** The report itself: it has no provenance yet while it is made. */
function ownFacts(params: Params, inputs: StageInputs): StageFacts {
  const needs = inputs.roles.map((role) => [role, inputs.stages(role).map((input) => input.stage)] as const);
  return { name: 'report', kind: 'report', iteration: null, needs: Object.fromEntries(needs), params, amounts: {} };
}
