import { seedFrom } from './seed-from.ts';

/**
 * True for a `share` (0 .. 1) of all ids: the id's hash under `seed` and `name` lies below the threshold. A row's side depends
 * on nothing but its own id, so adding a row moves no other (a random draw of exactly share x n rows would).
 */
export function chooseByHash(id: string, options: { seed: number; name: string; share: number }): boolean {
  const [word] = seedFrom(options.seed, [options.name, id]);
  return word < options.share * 4294967296;
}
