import { dictGet, isDict, type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import { type EnvironmentClass, method, type World } from './environment.ts';
import { copyNode, moveNode } from './file-transfer.ts';
import { addDirectory, addFile, createDirectory, type Directory, type File, walkTree } from './file-tree.ts';
import { PyError } from './py-error.ts';
import {
  asText,
  compare,
  contains,
  dict,
  f,
  getItem,
  iterate,
  length,
  numberOf,
  requireHashable,
  str,
  truthy,
} from './py-operators.ts';
import { formatFixed } from './py-round.ts';
import { compareText, splitLines, splitWords } from './py-text.ts';

export type FileSystemState = { long_context: boolean; root: Directory; current: Directory };

const FORBIDDEN = [...'|/\\?%*:"><'];

function loadDirectory(contents: PyValue, directory: Directory, world: World): Directory {
  let innermost = true;
  for (const name of iterate(contents)) {
    const data = getItem(contents, name);
    const type = getItem(data, 'type');
    if (type === 'directory') {
      innermost = false;
      const added = createDirectory(str(name), directory);
      directory.contents.set(added.name, loadDirectory(getItem(data, 'contents'), added, world));
    } else if (type === 'file') {
      let content = getItem(data, 'content');
      const tables = world.long_context ? world.tables : undefined;
      if (tables && !tables.FILES_TAIL_USED.includes(str(name))) content = str(content) + tables.FILE_CONTENT_EXTENSION;
      directory.contents.set(str(name), { kind: 'file', name: str(name), content });
    }
  }
  if (innermost && world.long_context)
    for (const name of world.tables!.POPULATE_FILE_EXTENSION) addFile(directory, name, '');
  return directory;
}

function load(config: PyDict, world: World): FileSystemState {
  const tree = dictGet(config, 'root');
  let root = createDirectory('/', null);
  if (isDict(tree)) {
    // A configuration may list two roots; the original takes the first.
    const first = tree.entries[0];
    if (first === undefined) throw new PyError('IndexError', 'list index out of range');
    root = loadDirectory(getItem(first[1], 'contents'), createDirectory(str(first[0]), null), world);
  }
  return { long_context: world.long_context, root, current: root };
}

/** Whether a name has none of the characters that the original forbids. */
function validName(name: PyValue): boolean {
  return !FORBIDDEN.some((char) => contains(name, char));
}

/** Text of a name that passed `validName`; other hashable types, which Python would take as keys, are refused. */
function nameText(name: PyValue): string {
  requireHashable(name);
  return asText(name, 'split');
}

function entry(directory: Directory, name: PyValue): File | Directory | undefined {
  requireHashable(name);
  return typeof name === 'string' ? directory.contents.get(name) : undefined;
}

function fileAt(state: FileSystemState, name: PyValue): File | undefined {
  const node = entry(state.current, name);
  return node?.kind === 'file' ? node : undefined;
}

function error(text: string): PyDict {
  return dict({ error: text });
}

/** The directory at a path without `..`, or undefined. */
function navigate(state: FileSystemState, path: PyValue): Directory | undefined {
  if (path === null || pyEqual(path, '.')) return state.current;
  if (pyEqual(path, '/')) return state.root;
  const text = asText(path, 'strip');
  let directory = text.startsWith('/') ? state.root : state.current;
  for (const name of text.replace(/^\/+|\/+$/g, '').split('/')) {
    const next = name === '.' ? directory : directory.contents.get(name);
    if (next?.kind !== 'directory') return undefined;
    directory = next;
  }
  return directory;
}

function path(directory: Directory): string {
  const names: string[] = [];
  for (let at: Directory | null = directory; at !== null; at = at.parent) names.unshift(at.name);
  return `/${names.join('/')}`;
}

function linesOf(file: File): string[] {
  return splitLines(asText(file.content, 'splitlines'));
}

function changeDirectory(state: FileSystemState, folder: PyValue): PyValue {
  const trimmed = asText(folder, 'rstrip').replace(/\/+$/, '');
  const target = trimmed === '' ? '/' : trimmed;
  if (target !== '/' && target.includes('/')) {
    return error(f`cd: ${target}: Unsupported path. Only one folder level at a time is supported.`);
  }
  if (target === '..') {
    if (state.current.parent === null) return error('Current directory is already the root. Cannot go back.');
    state.current = state.current.parent;
    return dict({});
  }
  const directory = navigate(state, target);
  if (directory === undefined) return error(f`cd: '${target}': No such file or directory`);
  state.current = directory;
  return dict({ current_working_directory: directory.name });
}

function echo(state: FileSystemState, content: PyValue, name: PyValue): PyValue {
  if (name === null) return dict({ terminal_output: content });
  if (!validName(name)) return error(f`echo: cannot write to '${name}': Invalid character`);
  if (!truthy(name)) return dict({ terminal_output: content });
  const node = entry(state.current, name);
  if (node === undefined) return error(f`echo: cannot write to '${name}': No such file`);
  if (node.kind === 'directory') throw new PyError('AttributeError', "'Directory' object has no attribute '_write'");
  node.content = content;
  return null;
}

function find(state: FileSystemState, from: PyValue, name: PyValue): PyValue {
  const directory = navigate(state, from);
  if (directory === undefined) return error(f`find: '${from}': No such file or directory`);
  const matches: PyValue[] = [];
  walkTree(directory, asText(from, 'rstrip').replace(/\/+$/, ''), (at, item) => {
    if (name === null || contains(item, name)) matches.push(at);
  });
  return dict({ matches });
}

const COUNTS: Readonly<Record<string, readonly [type: string, count: (content: PyValue) => number]>> = {
  l: ['lines', (content) => splitLines(asText(content, 'splitlines')).length],
  w: ['words', (content) => splitWords(asText(content, 'split')).length],
  c: ['characters', (content) => Number(length(content))],
};

function countWords(state: FileSystemState, name: PyValue, mode: PyValue): PyValue {
  const counting = typeof mode === 'string' && Object.hasOwn(COUNTS, mode) ? COUNTS[mode]! : undefined;
  if (!counting) return error(f`wc: invalid mode '${mode}'`);
  const file = fileAt(state, name);
  if (!file) return error(f`wc: ${name}: No such file or directory`);
  return dict({ count: BigInt(counting[1](file.content)), type: counting[0] });
}

function tail(state: FileSystemState, name: PyValue, lines: PyValue): PyValue {
  const file = fileAt(state, name);
  if (!file) return error(f`tail: ${name}: No such file or directory`);
  const content = linesOf(file);
  let count = lines;
  if (compare('>', lines, BigInt(content.length))) count = BigInt(content.length);
  const number = numberOf(count);
  if (typeof number !== 'bigint') {
    throw new PyError('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  // A slice from -0 is the whole list, and from -(-1) all but the first.
  const from = number > 0n ? content.length - Number(number) : Number(-number);
  return dict({ last_lines: content.slice(from).join('\n') });
}

function diff(state: FileSystemState, first: PyValue, second: PyValue): PyValue {
  const [a, b] = [entry(state.current, first), entry(state.current, second)];
  if (a?.kind !== 'file' || b?.kind !== 'file') {
    return error(f`diff: ${first} or ${second}: No such file or directory`);
  }
  const [left, right] = [linesOf(a), linesOf(b)];
  const changed = left
    .slice(0, right.length)
    .flatMap((line, i) => (line === right[i] ? [] : [`- ${line}\n+ ${right[i]}`]));
  return dict({ diff_lines: changed.join('\n') });
}

function diskUsage(state: FileSystemState, human: PyValue): PyValue {
  let bytes = 0;
  walkTree(state.current, '', (_at, _name, node) => {
    if (node.kind === 'file') bytes += Buffer.byteLength(asText(node.content, 'encode'), 'utf8');
  });
  if (!truthy(human)) return dict({ disk_usage: `${bytes} bytes` });
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return dict({ disk_usage: `${formatFixed(bytes, 2)} ${units[unit]}` });
}

function removeDirectory(state: FileSystemState, name: PyValue): PyValue {
  const node = entry(state.current, name);
  const refuse = (fact: string) => error(f`rmdir: cannot remove '${name}': ${fact}`);
  if (!node) return refuse('No such file or directory');
  if (node.kind === 'file') return refuse('Not a directory');
  if (node.contents.size > 0) return refuse('Directory not empty');
  state.current.contents.delete(str(name));
  return dict({ result: f`'${name}' removed` });
}

/** The simulated file system (specification 6.5). */
export const GorillaFileSystem: EnvironmentClass<FileSystemState> = {
  name: 'GorillaFileSystem',
  load,
  attributes: (state) => [
    ['long_context', state.long_context],
    ['root', state.root],
  ],
  methods: {
    pwd: method([], (state) => dict({ current_working_directory: path(state.current) })),
    ls: method([['a', false]], (state, [a]) => {
      const names = [...state.current.contents.keys()];
      return dict({ current_directory_content: truthy(a!) ? names : names.filter((name) => !name.startsWith('.')) });
    }),
    cd: method(['folder'], (state, [folder]) => changeDirectory(state, folder!)),
    mkdir: method(['dir_name'], (state, [name]) => {
      if (!validName(name!)) return error(f`mkdir: cannot create directory '${name!}': Invalid character`);
      if (entry(state.current, name!)) return error(f`mkdir: cannot create directory '${name!}': File exists`);
      addDirectory(state.current, nameText(name!));
      return null;
    }),
    touch: method(['file_name'], (state, [name]) => {
      if (!validName(name!)) return error(f`touch: cannot touch '${name!}': Invalid character`);
      if (entry(state.current, name!)) return error(f`touch: cannot touch '${name!}': File exists`);
      addFile(state.current, nameText(name!), '');
      return null;
    }),
    echo: method(['content', ['file_name', null]], (state, [content, name]) => echo(state, content!, name!)),
    cat: method(['file_name'], (state, [name]) => {
      if (!validName(name!)) return error(f`cat: '${name!}': Invalid character`);
      const node = entry(state.current, name!);
      if (!node) return error(f`cat: '${name!}': No such file or directory`);
      return node.kind === 'file' ? dict({ file_content: node.content }) : error(f`cat: '${name!}': Is a directory`);
    }),
    find: method(
      [
        ['path', '.'],
        ['name', null],
      ],
      (state, [from, name]) => find(state, from!, name!),
    ),
    wc: method(['file_name', ['mode', 'l']], (state, [name, mode]) => countWords(state, name!, mode!)),
    sort: method(['file_name'], (state, [name]) => {
      const file = fileAt(state, name!);
      if (!file) return error(f`sort: ${name!}: No such file or directory`);
      return dict({ sorted_content: linesOf(file).sort(compareText).join('\n') });
    }),
    grep: method(['file_name', 'pattern'], (state, [name, pattern]) => {
      const file = fileAt(state, name!);
      if (!file) return error(f`grep: ${name!}: No such file or directory`);
      return dict({ matching_lines: linesOf(file).filter((line) => contains(line, pattern!)) });
    }),
    du: method([['human_readable', false]], (state, [human]) => diskUsage(state, human!)),
    tail: method(['file_name', ['lines', 10n]], (state, [name, lines]) => tail(state, name!, lines!)),
    diff: method(['file_name1', 'file_name2'], (state, [first, second]) => diff(state, first!, second!)),
    mv: method(['source', 'destination'], ({ current }, [source, to]) => moveNode(current, source!, to!)),
    cp: method(['source', 'destination'], ({ current }, [source, to]) => copyNode(current, source!, to!)),
    rm: method(['file_name'], (state, [name]) => {
      if (!entry(state.current, name!)) return error(f`rm: cannot remove '${name!}': No such file or directory`);
      state.current.contents.delete(str(name!));
      return dict({ result: f`'${name!}' removed` });
    }),
    rmdir: method(['dir_name'], (state, [name]) => removeDirectory(state, name!)),
  },
};
