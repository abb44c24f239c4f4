export { type DefinedStage, defineStages, upstreamOf } from './define-stages.ts';
export { parseJsonText } from './json-text.ts';
export { loadKind, type StageKind } from './load-kind.ts';
export { producersOf } from './order-stages.ts';
export { parseParams } from './parse-params.ts';
export { pipelinePath, type ReadText } from './read-pipeline.ts';
export { findStage, resolvePipeline, UNCACHED_KINDS } from './resolve-pipeline.ts';
export type { Need, ParamSource, ResolvedPipeline, ResolvedStage } from './resolved-pipeline.ts';
export {
  isSource,
  kindPath,
  NOT_SOURCE,
  type SourceClosure,
  schemaFolders,
  sourceClosure,
  type WorkspacePackages,
} from './source-closure.ts';
export { listPipelines, workspacePackages, workspaceReader } from './workspace-files.ts';
