import { responseScore, rougeL } from './rouge-l.ts';

describe('rougeL', () => {
  it('counts distinct words of the longest common subsequence', () => {
    // "the cat sat" against "the dog sat": the subsequence is {the, sat}, 2 of 3 on both sides.
    const { r, p, f } = rougeL('the cat sat', 'the dog sat');
    expect([r, p]).toEqual([2 / 3, 2 / 3]);
    expect(f).toBeCloseTo(2 / 3, 7);
  });
  it('unites the subsequences of all sentence pairs in one set', () => {
    // Reference "a b. c d", hypothesis "b a. d": pairs give {a} or {b} by the tie rule, nothing, nothing, {d}.
    const { r, p } = rougeL('a b. c d', 'b a. d');
    expect(r * 4).toBe(2);
    expect(p * 3).toBeCloseTo(2);
  });
  it('takes the later word of the reference on a tie', () => {
    // Going back from the end of "x y" / "y x": the cell above is not strictly better, so the step is to the left and x is dropped.
    expect(rougeL('x y', 'y x. x z').r).toBe(1);
    expect(rougeL('x y', 'y x').r).toBe(0.5);
  });
  it.each([
    ['...', 'Hypothesis is empty.'],
    ['', 'Hypothesis is empty.'],
  ])('refuses the hypothesis %j', (hypothesis, message) => {
    expect(() => rougeL('words', hypothesis)).toThrow(message);
  });
  it('is below one for equal texts and one when rounded', () => {
    expect(rougeL('one two', 'one two').f).toBe(0.999999995);
    expect(responseScore('one two', 'one two')).toBe(1);
  });
  it.each([
    ['', 0],
    ['...', 0],
    [' ', 0],
    ['One Two', 0],
    ['one', 0.6667],
  ])('scores %j with %d', (output, score) => {
    expect(responseScore('one two', output)).toBe(score);
  });
});
