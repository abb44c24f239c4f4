import { PySyntaxError } from './py-syntax-error.ts';
import type { PyDict, PyValue } from './py-value.ts';
import { parseTree, type SyntaxNode } from './syntax-tree.ts';

/**
 * Text of a node as the original takes it: it uses offsets in the UTF-8 bytes as positions in the characters, so that everything
 * after a character beyond ASCII is shifted.
 */
function textReader(source: string): (node: SyntaxNode) => string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is exactly ASCII
  if (/^[\x00-\x7f]*$/.test(source)) return (node) => source.slice(node.startIndex, node.endIndex);
  const characters = [...source];
  const byteAt = new Uint32Array(source.length + 1);
  let unit = 0;
  let byte = 0;
  for (const character of characters) {
    byteAt.fill(byte, unit, unit + character.length);
    unit += character.length;
    byte += Buffer.byteLength(character);
  }
  byteAt[unit] = byte;
  return (node) => characters.slice(byteAt[node.startIndex]!, byteAt[node.endIndex]!).join('');
}

const ATOMS = new Set(['identifier', 'class_literal', 'type_identifier', 'method_invocation']);

function field(node: SyntaxNode, name: string): SyntaxNode | null {
  return (node as SyntaxNode & { childForFieldName(name: string): SyntaxNode | null }).childForFieldName(name);
}

function required(node: SyntaxNode | null, what: string): SyntaxNode {
  if (node === null) throw new PySyntaxError(`expression has no ${what}`);
  return node;
}

/** Text of an argument value: white space between tokens vanishes, and so does the body of an object creation. */
function valueText(node: SyntaxNode, text: (node: SyntaxNode) => string, nested: boolean): string {
  const inner = (child: SyntaxNode) => valueText(child, text, true);
  if (node.type === 'string_literal' || node.type === 'character_literal') {
    // Quotes are characters of the slice, hence cut by code point like everything else.
    return nested ? text(node) : [...text(node)].slice(1, -1).join('');
  }
  if (ATOMS.has(node.type)) return text(node);
  if (node.type === 'array_creation_expression') {
    return `new ${inner(required(field(node, 'type'), 'type'))}[]${inner(required(field(node, 'value'), 'initializer'))}`;
  }
  if (node.type === 'object_creation_expression') {
    const given = field(node, 'arguments')?.children.filter(({ type }) => ![',', '(', ')'].includes(type)) ?? [];
    return `new ${inner(required(field(node, 'type'), 'type'))}(${given.map(inner).join(', ')})`;
  }
  return node.childCount > 0 ? node.children.map(inner).join('') : text(node);
}

/** Named arguments `name = value`; bare identifiers and class literals share the key None, everything else is ignored. */
function argumentsOf(list: SyntaxNode, text: (node: SyntaxNode) => string): PyDict {
  const values = new Map<string | null, string>();
  const add = (name: string | null, value: string): void => {
    if (values.has(name)) throw new PySyntaxError('Error: Multiple arguments with the same name are not supported.');
    values.set(name, value);
  };
  for (const child of list.children) {
    if (child.type === 'assignment_expression') {
      add(text(child.children[0]!), valueText(required(child.children[2] ?? null, 'value'), text, false));
    } else if (child.type === 'identifier' || child.type === 'class_literal') add(null, text(child));
  }
  return { kind: 'dict', entries: [...values] };
}

function firstInvocation(root: SyntaxNode): SyntaxNode | undefined {
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'method_invocation') return node;
    pending.push(...node.children.slice().reverse());
  }
  return undefined;
}

/**
 * Decodes a Java reply (already cleaned, without the enclosing brackets): the first method call with its named arguments, whose
 * values are texts. `{}` when there is no call. Throws `PySyntaxError` (specification 3.5).
 */
export function decodeJava(source: string): PyValue {
  const call = firstInvocation(parseTree('java', source));
  if (call === undefined) return { kind: 'dict', entries: [] };
  const text = textReader(source);
  const object = field(call, 'object');
  const name = text(required(field(call, 'name'), 'name'));
  const values = argumentsOf(required(field(call, 'arguments'), 'arguments'), text);
  return [{ kind: 'dict', entries: [[object === null ? name : `${text(object)}.${name}`, values]] }];
}
