export type { Progress, ProgressOptions } from './progress.ts';
export { artifactFolder, openRunner, type Runner } from './runner/open-runner.ts';
export { describeError } from './runner/report-error.ts';
export { healStage, type Outcome, runStage } from './runner/run-stage.ts';
export { type Verified, verifyRun } from './runner/verify-run.ts';
export type { StageContext, StageDefinition } from './stage-definition.ts';
export { type InputRole, makeInputs, type StageInput, type StageInputs } from './stage-inputs.ts';
export { type Collected, collectOutputs, type StageOutputs } from './stage-outputs.ts';
