import type { Graph } from './stage-graph.ts';

/** Mermaid flowchart. Ids are numbers, since names may hold words that Mermaid keeps for itself (`end`). */
export function mermaidText({ nodes, edges }: Graph): string {
  const id = numbers(nodes);
  const quote = (text: string): string => `"${text.replaceAll('"', '#quot;')}"`;
  return [
    'flowchart TD',
    ...nodes.map(
      (node) => `  ${id(node.id)}${node.kind === 'stage' ? `[${quote(node.label)}]` : `([${quote(node.label)}])`}`,
    ),
    ...edges.map(
      ({ from, to, label }) => `  ${id(from)} -->${label === undefined ? '' : `|${quote(label)}|`} ${id(to)}`,
    ),
    '',
  ].join('\n');
}

/** DOT of Graphviz. */
export function dotText({ nodes, edges }: Graph, name: string): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const shape = (kind: 'stage' | 'output'): string => (kind === 'stage' ? 'box' : 'ellipse');
  return [
    `digraph ${quote(name)} {`,
    ...nodes.map(({ id, label, kind }) => `  ${quote(id)} [label=${quote(label)}, shape=${shape(kind)}];`),
    ...edges.map(
      ({ from, to, label }) =>
        `  ${quote(from)} -> ${quote(to)}${label === undefined ? '' : ` [label=${quote(label)}]`};`,
    ),
    '}',
    '',
  ].join('\n');
}

function numbers(nodes: Graph['nodes']): (id: string) => string {
  const order = new Map(nodes.map((node, i) => [node.id, `n${i}`]));
  return (id) => order.get(id)!;
}
