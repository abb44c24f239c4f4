import { dotText, mermaidText } from './draw-graph.ts';
import { type Graph, reachable, subgraph } from './stage-graph.ts';

const GRAPH: Graph = {
  nodes: ['a', 'b', 'c', 'end'].map((id) => ({ id, label: `${id} "x"`, kind: id === 'c' ? 'output' : 'stage' })),
  edges: [
    { from: 'a', to: 'b', label: 'rows' },
    { from: 'b', to: 'c' },
    { from: 'b', to: 'end' },
  ],
};

describe('graph', () => {
  it('finds what lies above and below', () => {
    expect([...reachable(GRAPH, ['b'], 'down')].sort()).toEqual(['b', 'c', 'end']);
    expect([...reachable(GRAPH, ['c'], 'up')].sort()).toEqual(['a', 'b', 'c']);
    expect(subgraph(GRAPH, new Set(['a', 'b'])).edges).toEqual([{ from: 'a', to: 'b', label: 'rows' }]);
  });

  it('is drawn for Mermaid', () => {
    expect(mermaidText(GRAPH)).toBe(
      [
        'flowchart TD',
        '  n0["a #quot;x#quot;"]',
        '  n1["b #quot;x#quot;"]',
        '  n2(["c #quot;x#quot;"])',
        '  n3["end #quot;x#quot;"]',
        '  n0 -->|"rows"| n1',
        '  n1 --> n2',
        '  n1 --> n3',
        '',
      ].join('\n'),
    );
  });

  it('is drawn for Graphviz', () => {
    expect(dotText(subgraph(GRAPH, new Set(['a', 'b'])), 'p')).toBe(
      [
        'digraph "p" {',
        '  "a" [label="a \\"x\\"", shape=box];',
        '  "b" [label="b \\"x\\"", shape=box];',
        '  "a" -> "b" [label="rows"];',
        '}',
        '',
      ].join('\n'),
    );
  });
});
