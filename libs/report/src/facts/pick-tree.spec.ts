import { pickTree } from './pick-tree.ts';

const pair = (iteration: number, tree_id: string, q_chosen: number, q_rejected: number) => ({
  iteration,
  tree_id,
  q_chosen,
  q_rejected,
});

describe('pickTree', () => {
  it('takes the widest gap', () => {
    expect(pickTree([pair(1, 'a', 1, 0.5), pair(1, 'b', 0.5, -1), pair(1, 'c', 1, 0)])?.tree_id).toBe('b');
  });

  it('breaks ties by tree, then by iteration, whatever the order', () => {
    const pairs = [pair(2, 'a', 1, -1), pair(1, 'b', 1, -1), pair(1, 'a', 1, -1)];
    expect(pickTree(pairs)).toEqual(pair(1, 'a', 1, -1));
    expect(pickTree([...pairs].reverse())).toEqual(pair(1, 'a', 1, -1));
  });

  it('has nothing to show without pairs', () => {
    expect(pickTree([])).toBeNull();
  });
});
