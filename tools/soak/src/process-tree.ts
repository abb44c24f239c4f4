import { readdirSync, readFileSync } from 'node:fs';

/**
 * SIGKILL for a process and everything that it started, as when the machine loses power. Children in groups and sessions of their own
 * are found too. Reads /proc, so Linux only.
 */
export function killTree(pid: number): void {
  // The parent goes first, so that it cannot act on the end of a child.
  for (const process_id of [pid, ...descendants(pid)]) {
    try {
      process.kill(process_id, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
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
