import type { DefinedStage } from '@itool/pipeline';
import type { z } from 'zod';
import type { Progress, ProgressOptions } from './progress.ts';
import type { StageInputs } from './stage-inputs.ts';
import type { StageOutputs } from './stage-outputs.ts';

/**
 * What `libs/stages/<kind>/src/index.ts` exports as `stage`. What has to be known without loading it is exported by `src/params.ts`:
 * `paramsSchema`, and `readsDefinitions = true` for a kind that shows how other stages are defined.
 */
export type StageDefinition<P> = {
  /** Name of the folder below libs/stages. */
  kind: string;
  /** `paramsSchema`: a z.strictObject, so that a misspelt parameter is an error. */
  params: z.ZodType<P>;
  /**
   * `exclusive` (default) waits until no other stage of this user computes; `none` is for stages that only read and write.
   */
  device?: 'exclusive' | 'none';
  /** Reads `inputs`, writes `out`. Must give the same bytes for the same parameters and inputs. */
  run: (context: StageContext<P>) => Promise<void> | void;
};

export type StageContext<P> = {
  params: P;
  /** Number of the iteration, from 1; 0 outside the iterations. */
  iteration: number;
  /**
   * Stages upstream of this one, producers first, then this one; empty unless its kind says `readsDefinitions`. They are part of its key:
   * a changed parameter upstream runs such a stage again even where no byte has changed.
   */
  definitions: DefinedStage[];
  inputs: StageInputs;
  out: StageOutputs;
  /** Rate and time left on stderr. */
  progress: (options: ProgressOptions) => Progress;
  /** One line on stderr. */
  log: (line: string) => void;
  /**
   * Folder that survives a crash and is given back to the next run with the same key (same code, parameters, inputs);
   * removed when the stage succeeds. For checkpoints inside long stages.
   */
  scratch: string;
  /** Root of the checkout, for paths of outside files only. Never part of an output. */
  workspace: string;
};
