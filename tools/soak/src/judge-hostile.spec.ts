import { createHash } from 'node:crypto';
import { hostileReplies } from './hostile-replies.ts';
import { judgeHostile } from './judge-hostile.ts';

describe('hostile replies', () => {
  it('all get a verdict, the same each time (one in a hundred of the soak evaluator-fuzz)', () => {
    const verdicts = [...hostileReplies(7, 0, 1000)].map(judgeHostile);
    expect(verdicts).toHaveLength(1000);
    const again = [...hostileReplies(7, 990, 10)].map(judgeHostile);
    expect(again).toEqual(verdicts.slice(990));
    expect(new Set(verdicts).size).toBeGreaterThan(20);
  });

  it('cannot run code', () => {
    const marker = createHash('sha256').update('marker').digest('hex');
    const globals = globalThis as { hostile?: string };
    for (const reply of [
      `[f(a=__import__('os').system('touch /tmp/${marker}'))]`,
      `[f(a=globalThis.hostile = '${marker}')]`,
      `[f(a=eval("1") + 1, b=().__class__.__mro__ + ())]`,
      `[f(a=constructor.constructor("globalThis.hostile='${marker}'")())]`,
    ]) {
      judgeHostile(reply);
    }
    expect(globals.hostile).toBeUndefined();
    expect(require('node:fs').existsSync(`/tmp/${marker}`)).toBe(false);
  });
});
