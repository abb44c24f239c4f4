import { readdirSync, readFileSync } from 'node:fs';

/**
 * SIGKILL for a process and everything that it started, as when the machine loses power. Children in groups and sessions of their own
 * are found too. Reads /proc, so Linux only.
 */
export function killTree(pid: number): void {
  const stopped = new Set<number>();
  // A stopped process starts no further one, so the search ends.
  for (let found = [pid]; found.length > 0; found = descendants(pid).filter((child) => !stopped.has(child))) {
    for (const process_id of found) {
      stopped.add(process_id);
      send(process_id, 'SIGSTOP');
    }
  }
  for (const process_id of stopped) send(process_id, 'SIGKILL');
}

function send(pid: number, signal: 'SIGSTOP' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Process ids below `pid`, parents before children. */
export function descendants(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = parentOf(name);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // The process has ended in the meantime.
    return undefined;
  }
}
