import { PySyntaxError } from './py-syntax-error.ts';
import type { PyDict, PyValue } from './py-value.ts';
import { parseTree, type SyntaxNode } from './syntax-tree.ts';

function isQuoted(text: string): boolean {
  return (text.startsWith('"') && text.endsWith('"')) || (text.startsWith("'") && text.endsWith("'"));
}

/** Named arguments `name = value`; bare identifiers and `true` share the key None, everything else is ignored. */
function argumentsOf(list: SyntaxNode, source: string): PyDict {
  const values = new Map<string | null, string>();
  const add = (name: string | null, value: string): void => {
    if (values.has(name)) throw new PySyntaxError('Error: Multiple arguments with the same name are not supported.');
    values.set(name, value);
  };
  const text = (node: SyntaxNode | undefined): string => {
    if (node === undefined) throw new PySyntaxError('assignment has no value');
    return source.slice(node.startIndex, node.endIndex);
  };
  for (const child of list.children) {
    if (child.type === 'assignment_expression') {
      const value = text(child.children[2]);
      add(text(child.children[0]), isQuoted(value) ? value.slice(1, -1) : value);
    } else if (child.type === 'identifier' || child.type === 'true') add(null, text(child));
  }
  return { kind: 'dict', entries: [...values] };
}

/**
 * Decodes a JavaScript reply (already cleaned, without the enclosing brackets): the first statement that is a call, with its named
 * arguments as source text. None when there is no call. Throws `PySyntaxError` (specification 3.5).
 */
export function decodeJavaScript(source: string): PyValue {
  const root = parseTree('javascript', source);
  for (const statement of root.children.filter(({ type }) => type === 'expression_statement')) {
    const call = statement.children.find(({ type }) => type === 'call_expression');
    if (call === undefined) continue;
    const [callee, list] = call.children as [SyntaxNode, SyntaxNode];
    const name = source.slice(callee.startIndex, callee.endIndex);
    return [{ kind: 'dict', entries: [[name, argumentsOf(list, source)]] }];
  }
  return null;
}
