import { createRotationTables } from './rotation-tables.ts';

describe('rotation tables', () => {
  it('rounds cos and sin of the float64 angle once', () => {
    const tables = createRotationTables();
    const { rows, cosine, sine } = tables([1, 0.01], Int32Array.of(0, 3));
    expect(rows).toBe(256);
    expect(cosine[3 * 2]).toBe(Math.fround(Math.cos(3)));
    expect(sine[3 * 2 + 1]).toBe(Math.fround(Math.sin(0.03)));
  });

  it('grows for a later position and remembers each set of frequencies', () => {
    const tables = createRotationTables();
    const short = tables([1], Int32Array.of(255));
    expect(tables([1], Int32Array.of(7))).toBe(short);
    const long = tables([1], Int32Array.of(256));
    expect(long.rows).toBe(512);
    expect(tables([0.5], Int32Array.of(1)).cosine[1]).toBe(Math.fround(Math.cos(0.5)));
    expect(tables([1], Int32Array.of(0))).toBe(long);
  });
});
