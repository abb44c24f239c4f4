import { merge } from './merge.ts';

it('merges objects key by key and replaces arrays and scalars', () => {
  const base = { a: { x: 1, y: [1, 2] }, b: 'kept', c: { z: 1 } };
  expect(merge(base, { a: { y: [3] }, c: null, d: 2 })).toEqual({ a: { x: 1, y: [3] }, b: 'kept', c: null, d: 2 });
  expect(base.a.y).toEqual([1, 2]);
});
