import { createArrayMemory } from './array-memory.ts';

describe('array memory', () => {
  const memory = () => createArrayMemory(() => 16, 100_000);

  it('gives the requested length and uses a released block again for a similar length', () => {
    const pool = memory();
    const first = pool.lease(5000);
    expect(first.values).toHaveLength(5000);
    expect(first.values.byteOffset).toBe(48);
    first.release();
    expect(pool.idle()).toBe(4 * 5120);
    const second = pool.lease(5100);
    expect(second.values.buffer).toBe(first.values.buffer);
    expect(pool.idle()).toBe(0);
    expect(pool.lease(5100).values.buffer).not.toBe(first.values.buffer);
  });

  it('releases once, whatever the number of calls', () => {
    const pool = memory();
    const lease = pool.lease(2048);
    lease.release();
    lease.release();
    expect(pool.lease(2048).values.buffer).not.toBe(pool.lease(2048).values.buffer);
  });

  it('keeps no more than its capacity and no small arrays', () => {
    const pool = memory();
    const leases = [pool.lease(16384), pool.lease(16384), pool.lease(10)];
    for (const lease of leases) lease.release();
    expect(pool.idle()).toBe(4 * 16384);
  });

  it.each([
    [1024, 1024],
    [1025, 1280],
    [1280, 1280],
    [1281, 1536],
    [1793, 2048],
  ])('sizes blocks in four steps per power of two: %d lies in %d', (length, size) => {
    const pool = memory();
    pool.lease(length).release();
    expect(pool.idle()).toBe(4 * size);
  });
});
