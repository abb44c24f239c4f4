import { type ProgressOptions, startProgress } from './progress.ts';

function record(isTerminal: boolean, options: ProgressOptions) {
  let time = 0;
  const written: string[] = [];
  const progress = startProgress({ write: (text) => written.push(text), isTerminal, now: () => time }, options);
  return { written, progress, wait: (seconds: number) => (time += seconds * 1000) };
}

describe('progress', () => {
  it('writes a line every ten seconds where there is no terminal', () => {
    const { written, progress, wait } = record(false, { label: 'train', total: 100, unit: 'steps' });
    wait(5);
    progress.tick(10);
    expect(written).toEqual([]);
    wait(5);
    progress.tick(10, 'loss 1.5');
    wait(1);
    progress.tick();
    expect(written).toEqual(['train: 20/100 steps, 2.00/s, 40 s left, loss 1.5\n']);
    wait(60);
    progress.finish();
    expect(written.at(-1)).toBe('train: 21 steps in 1 min 11 s\n');
  });

  it('rewrites one line on a terminal', () => {
    const { written, progress, wait } = record(true, { label: 'read' });
    wait(1);
    progress.tick(30);
    expect(written).toEqual(['\rread: 30 rows, 30/s\u001b[K']);
  });
});
