import {
  artifactGraph,
  dotText,
  type Graph,
  mermaidText,
  reachable,
  readArtifacts,
  stageGraph,
  subgraph,
} from '@itool/lineage';
import { listPipelines, resolvePipeline, workspaceReader } from '@itool/pipeline';
import { ItoolError } from '@itool/record';
import { choosePipeline } from '../choose-pipeline.ts';
import { parseTarget } from '../choose-stage.ts';
import { askRow } from '../lineage/ask-row.ts';
import { checkRows, completenessText } from '../lineage/check-rows.ts';
import { rowAnswerText } from '../lineage/row-answer-text.ts';
import { printJson, type Terminal } from '../terminal.ts';

export type LineageOptions = {
  json?: boolean;
  up?: boolean;
  down?: boolean;
  row?: string;
  check?: boolean;
  format?: string;
};

const FORMATS = ['text', 'mermaid', 'dot'];

/**
 * `target`: a pipeline, a stage (`mine-1`, `itool.mine-1`), or an artifact (`mine-1/nodes`). With `--row` the target names the pipeline
 * alone.
 */
export async function lineageVerb(
  terminal: Terminal,
  target: string | undefined,
  options: LineageOptions,
): Promise<void> {
  const { workspace } = terminal;
  const { format = 'text' } = options;
  if (!FORMATS.includes(format)) {
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: no such format of a graph: ${JSON.stringify(format)} (valid: ${FORMATS.join(', ')})`,
      hint: 'Use one of these, or --json.',
    });
  }
  const pipelines = listPipelines(workspace);
  const isPipeline = target === undefined || pipelines.includes(target);
  const [stagePart, ...outputPart] = (isPipeline ? '' : target).split('/');
  const parsed = isPipeline ? { pipeline: target, stage: null } : parseTarget(stagePart!);
  const pipeline = choosePipeline(parsed.pipeline, pipelines);
  const up = options.up ?? !options.down;
  const down = options.down ?? !options.up;
  if (options.check) {
    const result = await checkRows(workspace, pipeline);
    terminal.exit(result.complete ? 0 : 1);
    if (options.json) printJson(terminal, result);
    else terminal.out(completenessText(result));
    return;
  }
  if (options.row !== undefined) {
    const answer = await askRow(workspace, pipeline, options.row, { up, down });
    if (options.json) printJson(terminal, answer);
    else terminal.out(rowAnswerText(answer));
    return;
  }
  const output = outputPart.length === 0 ? null : outputPart.join('/');
  const graph =
    output === null
      ? stageGraph(resolvePipeline(pipeline, workspaceReader(workspace)))
      : artifactGraph(readArtifacts(workspace, pipeline));
  const id = parsed.stage === null ? null : output === null ? parsed.stage : `${parsed.stage}/${output}`;
  const part = id === null ? graph : partOf(graph, id, { up, down });
  if (options.json) printJson(terminal, { pipeline, target: id, ...part });
  else if (format === 'mermaid') terminal.out(mermaidText(part));
  else if (format === 'dot') terminal.out(dotText(part, pipeline));
  else terminal.out(graphText(part));
}

function partOf(graph: Graph, id: string, { up, down }: { up: boolean; down: boolean }): Graph {
  if (!graph.nodes.some((node) => node.id === id)) {
    const valid = graph.nodes.filter((node) => (node.kind === 'output') === id.includes('/')).map((node) => node.id);
    throw new ItoolError({
      code: 'bad_config',
      message: `cli: no such stage or artifact: ${id} (valid: ${valid.slice(0, 40).join(', ') || 'none'})`,
      hint: 'A stage is named as in pipeline.json, an artifact as <stage>/<output>; it has to have run.',
    });
  }
  // An artifact comes from its whole stage, whose other outputs do not lie on the way down.
  const found = new Set([
    ...(up ? reachable(graph, [id], 'up') : [id]),
    ...(down ? reachable(graph, downFrom(graph, id), 'down') : [id]),
  ]);
  return subgraph(graph, found);
}

/** What reads a stage reads its artifacts: an edge goes from stage to stage, so those of the artifact's stage are followed. */
function downFrom({ edges }: Graph, id: string): string[] {
  const maker = edges.find((edge) => edge.to === id && id.startsWith(`${edge.from}/`))?.from;
  if (maker === undefined) return [id];
  return [
    id,
    ...edges.filter((edge) => edge.from === maker && !edge.to.startsWith(`${maker}/`)).map((edge) => edge.to),
  ];
}

/** One line per stage or artifact: what it reads. */
function graphText({ nodes, edges }: Graph): string {
  return nodes
    .map(({ id, label }) => {
      const from = edges.filter((edge) => edge.to === id).map((edge) => edge.from);
      return `${label}${from.length === 0 ? '' : `  <-  ${from.join(', ')}`}\n`;
    })
    .join('');
}
