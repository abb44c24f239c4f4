import type { JsonValue } from '@itool/record';
import { producersOf } from './order-stages.ts';
import { findStage } from './resolve-pipeline.ts';
import type { ResolvedPipeline, ResolvedStage } from './resolved-pipeline.ts';

/** A stage as the pipeline defines it, for stages that show others. */
export type DefinedStage = {
  pipeline: string;
  name: string;
  kind: string;
  /** Number of the iteration, from 1; 0 outside. */
  iteration: number;
  /** role -> names of the stages that fill it */
  needs: Record<string, string[]>;
  /** With defaults filled in, keys in name order. */
  params: JsonValue;
};

/**
 * All stages that `stage` reads from, directly or through others, producers first, otherwise by iteration and name. Where they stand in
 * the file does not matter, since neither Nx nor a stage key knows it.
 */
export function upstreamOf(pipeline: ResolvedPipeline, stage: ResolvedStage): ResolvedStage[] {
  const found = new Set<ResolvedStage>();
  const visitProducers = (consumer: ResolvedStage): void => {
    const producers = producersOf(consumer).map((name) => findStage(pipeline, name));
    for (const producer of producers.sort(byIterationAndName)) {
      if (found.has(producer)) continue;
      visitProducers(producer);
      found.add(producer);
    }
  };
  visitProducers(stage);
  return [...found];
}

function byIterationAndName(a: ResolvedStage, b: ResolvedStage): number {
  return (a.iteration ?? 0) - (b.iteration ?? 0) || (a.name < b.name ? -1 : 1);
}

/** Definitions of everything upstream of `stage`, then its own. Roles are in name order, for the same reason. */
export function defineStages(
  pipeline: ResolvedPipeline,
  stage: ResolvedStage,
  paramsOf: (stage: ResolvedStage) => JsonValue,
): DefinedStage[] {
  return [...upstreamOf(pipeline, stage), stage].map((member) => ({
    pipeline: member.pipeline,
    name: member.name,
    kind: member.kind,
    iteration: member.iteration ?? 0,
    needs: Object.fromEntries(
      Object.keys(member.needs)
        .sort()
        .map((role) => [role, member.needs[role]!.stages]),
    ),
    params: paramsOf(member),
  }));
}
