import { sequenceBatch, targetTokens } from './sequence-batch.ts';

describe('sequenceBatch', () => {
  it('predicts the tokens of the spans from the positions before them', () => {
    const rows = [
      { row_id: 'a', ids: [1, 2, 3, 4], spans: [{ start: 2, end: 4 }] },
      { row_id: 'b', ids: [5, 6, 7], spans: [{ start: 1, end: 2 }] },
    ];
    const batch = sequenceBatch(rows);
    expect([...batch.batch.ids]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([...batch.rows]).toEqual([1, 2, 4]);
    expect([...batch.targets]).toEqual([3, 4, 6]);
    expect(batch.cu_seqlens).toEqual([0, 2, 3]);
    expect(rows.map(targetTokens)).toEqual([2, 1]);
  });

  it('weighs the prompt when asked to, never the first token', () => {
    const batch = sequenceBatch([{ row_id: 'a', ids: [1, 2, 3], spans: [{ start: 2, end: 3 }], prompt_weight: 0.5 }]);
    expect([...batch.targets]).toEqual([2, 3]);
    expect([...batch.weights]).toEqual([0.5, 1]);
  });
});
