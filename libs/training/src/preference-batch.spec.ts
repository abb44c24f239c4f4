import { preferenceBatch } from './preference-batch.ts';

describe('preferenceBatch', () => {
  it('lays chosen before rejected and covers the completions alone', () => {
    const batch = preferenceBatch([
      { pair_id: 'p', prompt_ids: [1, 2], chosen_ids: [3, 4], rejected_ids: [5] },
      { pair_id: 'q', prompt_ids: [6], chosen_ids: [7], rejected_ids: [8, 9] },
    ]);
    expect([...batch.batch.ids]).toEqual([1, 2, 3, 4, 6, 7, 1, 2, 5, 6, 8, 9]);
    expect([...batch.targets]).toEqual([3, 4, 7, 5, 8, 9]);
    expect(batch.cu_seqlens).toEqual([0, 2, 3, 4, 6]);
  });
});
