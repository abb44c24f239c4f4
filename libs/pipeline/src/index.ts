export { parseJsonText } from './json-text.ts';
export { producersOf } from './order-stages.ts';
export { parseParams } from './parse-params.ts';
export { pipelinePath, type ReadText } from './read-pipeline.ts';
export {
  findStage,
  type Need,
  type ParamSource,
  type ResolvedPipeline,
  type ResolvedStage,
  resolvePipeline,
  UNCACHED_KINDS,
} from './resolve-pipeline.ts';
export { isSource, NOT_SOURCE, type SourceClosure, sourceClosure, type WorkspacePackages } from './source-closure.ts';
export { listPipelines, workspacePackages, workspaceReader } from './workspace-files.ts';
