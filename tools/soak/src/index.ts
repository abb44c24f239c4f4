export {
  compareManifests,
  copyForPipelines,
  killDuring,
  manifestsOf,
  mergeInto,
  stagesOf,
  stagesThatRan,
} from './pipeline-copy.ts';
export { descendants, killTree } from './process-tree.ts';
export { copyWorkspace, finished, type Run, type WorkspaceCopy } from './workspace-copy.ts';
