export type { Progress, ProgressOptions } from './progress.ts';
export { resultInStore } from './runner/known-result.ts';
export { artifactFolder, openRunner, type Runner } from './runner/open-runner.ts';
export { type Outcome, runStage } from './runner/run-stage.ts';
export { type InputDigests, type StageBasis, stageBasis, stageKey } from './runner/stage-key.ts';
export type { StageContext, StageDefinition } from './stage-definition.ts';
export { type InputRole, makeInputs, type StageInput, type StageInputs } from './stage-inputs.ts';
export { type Collected, collectOutputs, type StageOutputs } from './stage-outputs.ts';
