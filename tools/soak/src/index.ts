export { killDuring } from './kill-during.ts';
export {
  compareManifests,
  copyForPipelines,
  manifestsOf,
  mergeInto,
  stagesThatRan,
} from './pipeline-copy.ts';
export { copyWorkspace, finished, type Run, type WorkspaceCopy } from './workspace-copy.ts';
