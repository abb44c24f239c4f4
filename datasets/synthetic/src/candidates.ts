import type { RandomStream } from '@itool/random';
import type { CatalogueTool } from './catalogue.ts';

/** How the tools beside the targets are chosen; the rest of the probability is a tool drawn at random. */
export type DistractorShares = { same_noun: number; same_verb: number };

/**
 * `count` tools beside `targets` from `pool`, similar ones by the given shares, none twice. `accept` leaves tools out, for
 * example those that would fit a request that no tool is to fit.
 */
export function drawDistractors(
  targets: readonly CatalogueTool[],
  count: number,
  pool: readonly CatalogueTool[],
  shares: DistractorShares,
  stream: RandomStream,
  accept: (tool: CatalogueTool) => boolean = () => true,
): CatalogueTool[] {
  const chosen: CatalogueTool[] = [];
  const free = (tool: CatalogueTool) => !targets.includes(tool) && !chosen.includes(tool) && accept(tool);
  while (chosen.length < count) {
    const target = stream.pick(targets);
    const draw = stream.uniform();
    const similar = pool.filter((tool) => {
      if (draw < shares.same_noun) return tool.noun === target.noun && free(tool);
      return draw < shares.same_noun + shares.same_verb && tool.verb === target.verb && free(tool);
    });
    chosen.push(stream.pick(similar.length > 0 ? similar : pool.filter(free)));
  }
  return chosen;
}
