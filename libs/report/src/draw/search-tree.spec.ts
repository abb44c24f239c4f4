import type { TreeNode } from '../report-data.ts';
import { searchTree, visibleNodes } from './search-tree.ts';

const node = (node_id: number, parent_id: number, depth: number, child_index: number, text: string): TreeNode => ({
  node_id,
  parent_id,
  depth,
  child_index,
  text,
  p: 0.25,
  q_value: node_id === 2 ? -1 : 0.5,
  visit_count: 2,
  terminal: depth === 2,
});

const pair = { parent_id: 0, chosen_id: 1, rejected_id: 2, q_chosen: 0.5, q_rejected: -1 };

describe('searchTree', () => {
  it('shows text, Q, N and p and marks the pair', () => {
    const nodes = [
      node(0, -1, 0, 0, ''),
      node(1, 0, 1, 0, '[f(a=<1>, '),
      node(2, 0, 1, 1, '[g('),
      node(3, 1, 2, 0, 'b=2)]'),
    ];
    const svg = searchTree({ tree_id: 't', row_id: 'r', iteration: 1, prompt: '', target: '', nodes, pairs: [pair] });
    expect(svg).toContain('[f(a=&lt;1&gt;, ');
    expect(svg).toContain('Q 0.50   N 2   p 0.25');
    expect(svg).toContain('Q −1.00');
    expect(svg.match(/class="node chosen"/g)).toHaveLength(1);
    expect(svg.match(/class="node rejected"/g)).toHaveLength(1);
    expect(svg).toContain('>end</text>');
  });
});

describe('visibleNodes', () => {
  it('keeps siblings on the way to a pair when the tree is large', () => {
    const wide = Array.from({ length: 30 }, (_, i) => node(1 + i, 0, 1, i, `${i}`));
    const below = Array.from({ length: 40 }, (_, i) => node(100 + i, 5, 2, i, `${i}`));
    const shown = visibleNodes({ nodes: [node(0, -1, 0, 0, ''), ...wide, ...below], pairs: [pair] });
    expect(shown).toHaveLength(31);
  });
});
