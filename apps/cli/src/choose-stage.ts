import { findStage, listPipelines, resolvePipeline, workspaceReader } from '@itool/pipeline';
import { choosePipeline } from './choose-pipeline.ts';

/** `mine-1` or `itool.mine-1`. Names of stages hold no dot. */
export function parseTarget(text: string): { pipeline: string | undefined; stage: string } {
  const dot = text.indexOf('.');
  return dot === -1
    ? { pipeline: undefined, stage: text }
    : { pipeline: text.slice(0, dot), stage: text.slice(dot + 1) };
}

/**
 * A stage that there is, of the pipeline that was named or would be chosen.
 *
 * @throws ItoolError bad_config naming the valid choices
 */
export function chooseStage(workspace: string, wanted: string): { pipeline: string; stage: string } {
  const target = parseTarget(wanted);
  const pipeline = choosePipeline(target.pipeline, listPipelines(workspace));
  findStage(resolvePipeline(pipeline, workspaceReader(workspace)), target.stage);
  return { pipeline, stage: target.stage };
}
