import { type PyValue, pyEqual } from '@itool/bfcl';
import { PyError } from './py-error.ts';

/** `content` is text unless a call wrote something else. */
export type File = { kind: 'file'; name: string; content: PyValue };

/**
 * A directory. A moved directory shares the `contents` of the old one, and children keep the parent under which they were made:
 * both as in the original, where a later change can show in two places.
 */
export type Directory = {
  kind: 'directory';
  name: string;
  parent: Directory | null;
  contents: Map<string, File | Directory>;
};

/** Depth at which Python gives up, about; only a cyclic tree gets there. */
const MAX_DEPTH = 900;
/** Nodes a walk may visit: copies share their children, so a tree can have more paths than memory could hold. */
const MAX_VISITED = 1_000_000;

export function createDirectory(name: string, parent: Directory | null): Directory {
  return { kind: 'directory', name, parent, contents: new Map() };
}

function requireFree(directory: Directory, kind: string, name: string): void {
  if (directory.contents.has(name)) {
    throw new PyError('ValueError', `${kind} '${name}' already exists in directory '${directory.name}'.`);
  }
}

export function addFile(directory: Directory, name: string, content: PyValue): void {
  requireFree(directory, 'File', name);
  directory.contents.set(name, { kind: 'file', name, content });
}

export function addDirectory(directory: Directory, name: string): Directory {
  requireFree(directory, 'Directory', name);
  const added = createDirectory(name, directory);
  directory.contents.set(name, added);
  return added;
}

/** Calls `visit` for each file and directory below, parents first; raises RecursionError in a cyclic tree. */
export function walkTree(
  directory: Directory,
  base: string,
  visit: (path: string, name: string, node: File | Directory) => void,
): void {
  let visited = 0;
  const walk = (current: Directory, path: string, depth: number) => {
    if (depth > MAX_DEPTH) throw new PyError('RecursionError', 'maximum recursion depth exceeded');
    for (const [name, node] of current.contents) {
      if (++visited > MAX_VISITED) throw new PyError('MemoryError', '');
      const at = `${path}/${name}`;
      visit(at, name, node);
      if (node.kind === 'directory') walk(node, at, depth + 1);
    }
  };
  walk(directory, base, 0);
}

/** Same names and contents, whatever the order. Trees too deep or too large to be compared count as different. */
export function sameTree(a: Directory, b: Directory): boolean {
  let visited = 0;
  const same = (left: File | Directory, right: File | Directory | undefined, depth: number): boolean => {
    if (depth > MAX_DEPTH || ++visited > MAX_VISITED) return false;
    if (left === right) return true;
    if (left.kind === 'file' || right?.kind !== 'directory') {
      if (left.kind !== 'file' || right?.kind !== 'file') return false;
      return left.name === right.name && pyEqual(left.content, right.content);
    }
    if (left.name !== right.name || left.contents.size !== right.contents.size) return false;
    for (const [name, node] of left.contents) if (!same(node, right.contents.get(name), depth + 1)) return false;
    return true;
  };
  return same(a, b, 0);
}
