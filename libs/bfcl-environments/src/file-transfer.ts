import type { PyValue } from '@itool/bfcl';
import { addDirectory, addFile, type Directory, type File } from './file-tree.ts';
import { asText, contains, dict, f, requireHashable } from './py-operators.ts';

function place(directory: Directory, name: string, item: File | Directory, copy: boolean): void {
  if (item.kind === 'file') addFile(directory, name, item.content);
  else {
    const added = addDirectory(directory, name);
    // Taken after the directory was added: one that goes into itself then holds itself, as in the original.
    added.contents = copy ? new Map(item.contents) : item.contents;
  }
}

function transfer(current: Directory, source: PyValue, destination: PyValue, copy: boolean): PyValue {
  const error = (text: string) => dict({ error: `${copy ? 'cp' : 'mv'}: ${text}` });
  const verb = copy ? 'copy' : 'move';
  const done = copy ? 'copied' : 'moved';
  requireHashable(source);
  const item = typeof source === 'string' ? current.contents.get(source) : undefined;
  if (typeof source !== 'string' || !item) return error(f`cannot ${verb} '${source}': No such file or directory`);
  if (contains(destination, '/')) {
    return error('path not allowed in destination. Provide only a file or directory name.');
  }
  requireHashable(destination);
  const to = asText(destination, 'split');
  const target = current.contents.get(to);
  if (target?.kind === 'file') return error(`cannot ${verb} '${source}' to '${to}': Not a directory`);
  if (target) {
    // `cp` looks for "destination/source", a key that no directory has, and so runs into the error of adding it twice.
    if (!copy && target.contents.has(source)) return error(`cannot move '${source}' to '${to}/${source}': File exists`);
    if (!copy) current.contents.delete(source);
    place(target, source, item, copy);
    return dict({ result: `'${source}' ${done} to '${to}/${source}'` });
  }
  if (!copy) current.contents.delete(source);
  place(current, to, item, copy);
  return dict({ result: `'${source}' ${done} to '${to}'` });
}

/** `mv`: a moved directory is a new one that shares the contents of the old. */
export function moveNode(current: Directory, source: PyValue, destination: PyValue): PyValue {
  return transfer(current, source, destination, false);
}

/** `cp`: a copied directory has a list of its own of the same children. */
export function copyNode(current: Directory, source: PyValue, destination: PyValue): PyValue {
  return transfer(current, source, destination, true);
}
