import { sha256Of } from '@itool/artifact';
import { type DefinedStage, defineStages, parseParams, type ResolvedStage } from '@itool/pipeline';
import { canonicalJson, type JsonValue } from '@itool/record';
import type { Runner } from './open-runner.ts';

/** Everything that decides what a stage computes, but for its inputs. Neither the pipeline nor the name of the stage is part of it. */
export type StageBasis = {
  kind: string;
  iteration: number;
  /** sha256 over the sources of the kind */
  code: string;
  /** npm package -> version */
  externals: Record<string, string>;
  /** With defaults filled in, keys in name order. */
  params: JsonValue;
  /** Only for kinds that read definitions; these do name pipeline and stages. */
  definitions?: DefinedStage[];
};

/** role -> stages that fill it, with the digest of their manifests */
export type InputDigests = Record<string, { stage: string; manifest: string }[]>;

/** @throws ItoolError bad_config for an unknown kind, or parameters that it does not take */
export function stageBasis(runner: Runner, stage: ResolvedStage): StageBasis {
  const { digest, externals } = runner.codeOf(stage.kind);
  const paramsOf = (member: ResolvedStage): JsonValue =>
    parseParams(member, runner.loadKind(member.kind).paramsSchema, runner.readText);
  return {
    kind: stage.kind,
    iteration: stage.iteration ?? 0,
    code: digest,
    externals,
    params: paramsOf(stage),
    ...(runner.loadKind(stage.kind).readsDefinitions
      ? { definitions: defineStages(runner.pipeline, stage, paramsOf) }
      : {}),
  };
}

/** sha256 that a result is known by: equal keys, equal bytes. */
export function stageKey(basis: StageBasis, inputs: InputDigests): string {
  return sha256Of(canonicalJson({ ...basis, inputs }));
}
