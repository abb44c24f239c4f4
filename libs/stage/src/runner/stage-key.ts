import { sha256Of } from '@itool/artifact';
import { type ResolvedStage, sourceClosure } from '@itool/pipeline';
import { canonicalJson, type JsonValue } from '@itool/record';
import { codeDigest } from './code-digest.ts';
import type { Runner } from './open-runner.ts';

export type StageKey = {
  /** sha256 over everything below and the kind */
  key: string;
  code: string;
  externals: Record<string, string>;
  params: JsonValue;
  inputs: Record<string, { stage: string; manifest: string }[]>;
};

/** Everything that decides what a stage computes. Neither the pipeline nor the name of the stage is part of it. */
export function stageKey(
  runner: Runner,
  { kind, iteration = 0 }: Pick<ResolvedStage, 'kind' | 'iteration'>,
  params: unknown,
  inputs: StageKey['inputs'],
): StageKey {
  const closure = sourceClosure(kind, runner.packages, runner.readText);
  const code = codeDigest(runner.workspace, closure);
  const externals = Object.fromEntries(closure.externals.map(({ name, version }) => [name, version]));
  const plain = JSON.parse(canonicalJson(params)) as JsonValue;
  return {
    key: sha256Of(canonicalJson({ kind, iteration, code, externals, params: plain, inputs })),
    code,
    externals,
    params: plain,
    inputs,
  };
}
