import { createPagePool, pageKeys } from './page-pool.ts';

describe('page pool', () => {
  it('keeps published pages findable until memory runs short, the longest idle going first', () => {
    const pool = createPagePool(3);
    const [a, b, c] = [pool.allocate(), pool.allocate(), pool.allocate()];
    pool.publish('a', a);
    pool.publish('b', b);
    for (const page of [b, a, c]) pool.release(page);
    expect(pool.find('a')).toBe(a);
    expect(pool.allocate()).toBe(c);
    expect(pool.allocate()).toBe(b);
    expect(pool.find('b')).toBeUndefined();
    expect(() => pool.allocate()).toThrow('all pages are in use: 3');
  });

  it('gives an owner its page, and one of several owners a new page', () => {
    const pool = createPagePool(2);
    const page = pool.allocate();
    expect(pool.writable(page)).toBe(page);
    pool.retain(page);
    const copy = pool.writable(page);
    expect(copy).not.toBe(page);
    expect(pool.writable(page)).toBe(page);
  });

  it('names pages by all tokens up to their end', () => {
    const ids = Array.from({ length: 40 }, (_, i) => i);
    const keys = pageKeys(ids, []);
    expect(keys).toHaveLength(2);
    expect(pageKeys(ids, keys.slice(0, 1))).toEqual(keys);
    const other = pageKeys([9, ...ids.slice(1)], []);
    expect(other[0]).not.toBe(keys[0]);
    expect(other[1]).not.toBe(keys[1]);
  });
});
