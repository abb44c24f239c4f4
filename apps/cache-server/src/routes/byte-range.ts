import type { ByteRange } from '../storage/shelf.ts';

/**
 * The one range of a Range header. `all` when there is none, or one that RFC 9110 lets a server ignore (several ranges, another unit);
 * `none` when it lies outside of the `size` bytes.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'all' | 'none' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return 'all';
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'none' : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'all';
  return start >= size ? 'none' : { start, end };
}
