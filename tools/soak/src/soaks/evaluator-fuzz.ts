import type { Checks } from '../checks.ts';
import { hostileReplies } from '../hostile-replies.ts';
import { judgeHostile } from '../judge-hostile.ts';
import type { Soak } from '../soak.ts';

const SEED = 7;
const REPLIES = 100_000;
const SHARE = 10_000;

async function run(checks: Checks): Promise<void> {
  let slowest = { ms: 0, characters: 0, start: '' };
  for (let from = 0; from < REPLIES; from += SHARE) {
    const began = performance.now();
    let judged = 0;
    let failure = '';
    for (const reply of hostileReplies(SEED, from, SHARE)) {
      const start = performance.now();
      try {
        judgeHostile(reply);
        judged++;
      } catch (error) {
        failure ||= `, first failure ${JSON.stringify(reply.slice(0, 80))}: ${error instanceof Error ? error.message : error}`;
      }
      const ms = performance.now() - start;
      if (ms > slowest.ms) slowest = { ms, characters: reply.length, start: reply.slice(0, 20) };
    }
    const seconds = (performance.now() - began) / 1000;
    checks.equal(
      `replies ${from} to ${from + SHARE - 1}`,
      `${SHARE} verdicts`,
      `${judged} verdicts${failure}`,
      seconds,
    );
  }
  const { ms, characters, start } = slowest;
  checks.measured('slowest reply', `${ms.toFixed(0)} ms for ${characters} characters, ${JSON.stringify(start)}...`);
}

export const evaluatorFuzz: Soak = {
  name: 'evaluator-fuzz',
  about: '100,000 hostile replies get a verdict in every single-turn category, as text and as a function call',
  run,
};
