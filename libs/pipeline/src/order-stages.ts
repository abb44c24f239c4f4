import { ItoolError } from '@itool/record';
import type { ResolvedStage } from './resolved-pipeline.ts';

/**
 * Puts producers before consumers and keeps the written order otherwise.
 *
 * @throws ItoolError bad_config that shows a cycle
 */
export function orderStages(stages: readonly ResolvedStage[], file: string): ResolvedStage[] {
  const byName = new Map(stages.map((s) => [s.name, s]));
  const done = new Set<string>();
  const ordered: ResolvedStage[] = [];
  const visit = (stage: ResolvedStage, path: readonly string[]): void => {
    if (done.has(stage.name)) return;
    if (path.includes(stage.name)) {
      throw new ItoolError({
        code: 'bad_config',
        message: `pipeline: ${file}: stages need each other in a circle: ${[...path.slice(path.indexOf(stage.name)), stage.name].join(' -> ')}`,
        hint: 'Remove one of these needs.',
      });
    }
    for (const name of producersOf(stage)) visit(byName.get(name)!, [...path, stage.name]);
    done.add(stage.name);
    ordered.push(stage);
  };
  for (const stage of stages) visit(stage, []);
  return ordered;
}

/** Names of all stages that `stage` reads from, each once. */
export function producersOf(stage: ResolvedStage): string[] {
  return [...new Set(Object.values(stage.needs).flatMap((need) => need.stages))];
}
