import { formatFixed } from '../format-number.ts';
import type { SearchTree, TreeNode } from '../report-data.ts';
import { coordinate, element, escapeText, figure, svgText } from './markup.ts';

const CARD = { width: 244, gapX: 26, gapY: 10, line: 15, chars: 32, most: 60 };

type Placed = { node: TreeNode; x: number; y: number };

/**
 * A search tree from left to right: each step with its text, Q, N and p; a chosen step is framed solid and tagged, a rejected
 * one dashed and tagged, so that the difference does not hang on colour. Line width grows with visits.
 */
export function searchTree(tree: SearchTree): string {
  const nodes = visibleNodes(tree);
  const lines = nodes.some((node) => [...shownText(node.text)].length > CARD.chars) ? 2 : 1;
  const cardHeight = 12 + CARD.line * (lines + 1);
  const placed = place(nodes, cardHeight + CARD.gapY);
  const chosen = new Set(tree.pairs.map((pair) => pair.chosen_id));
  const rejected = new Set(tree.pairs.map((pair) => pair.rejected_id));
  const depth = Math.max(0, ...nodes.map((node) => node.depth));
  const width = (depth + 1) * (CARD.width + CARD.gapX) - CARD.gapX + 4;
  const height = Math.max(...[...placed.values()].map(({ y }) => y)) + cardHeight + 4;
  const links = [...placed.values()].map(({ node, x, y }) => {
    const parent = placed.get(node.parent_id);
    if (parent === undefined) return '';
    const x0 = parent.x + CARD.width;
    const [y0, y1] = [parent.y + cardHeight / 2, y + cardHeight / 2];
    const half = coordinate((x0 + x) / 2);
    const d = `M${coordinate(x0)} ${coordinate(y0)}C${half} ${coordinate(y0)} ${half} ${coordinate(y1)} ${coordinate(x)} ${coordinate(y1)}`;
    const state = chosen.has(node.node_id) ? ' chosen' : rejected.has(node.node_id) ? ' rejected' : '';
    return element('path', { class: `link${state}`, d, 'stroke-width': 1 + Math.min(6, node.visit_count) * 0.4 });
  });
  const cards = [...placed.values()].map((entry) => {
    const state = chosen.has(entry.node.node_id) ? 'chosen' : rejected.has(entry.node.node_id) ? 'rejected' : '';
    return card(entry, cardHeight, lines, state);
  });
  return figure(width, height, `Search tree ${tree.tree_id}`, links.join('') + cards.join(''));
}

/** All nodes of a tree that fits; of a larger one those on the way to a chosen or rejected step and their siblings. */
export function visibleNodes(tree: Pick<SearchTree, 'nodes' | 'pairs'>): TreeNode[] {
  if (tree.nodes.length <= CARD.most) return tree.nodes;
  const byId = new Map(tree.nodes.map((node) => [node.node_id, node]));
  const open = new Set<number>();
  for (const pair of tree.pairs) {
    for (let node = byId.get(pair.parent_id); node !== undefined; node = byId.get(node.parent_id))
      open.add(node.node_id);
  }
  const root = tree.nodes.find((node) => node.parent_id === -1);
  if (root !== undefined) open.add(root.node_id);
  return tree.nodes.filter((node) => node.parent_id === -1 || open.has(node.parent_id));
}

/** Leaves one below the other, each parent in the middle of its children. */
function place(nodes: readonly TreeNode[], pitch: number): Map<number, Placed> {
  const children = new Map<number, TreeNode[]>();
  for (const node of nodes) children.set(node.parent_id, [...(children.get(node.parent_id) ?? []), node]);
  const placed = new Map<number, Placed>();
  let leaves = 0;
  const visit = (node: TreeNode): number => {
    const below = [...(children.get(node.node_id) ?? [])].sort((a, b) => a.child_index - b.child_index);
    const rows = below.map(visit);
    const y = rows.length === 0 ? 2 + leaves++ * pitch : (rows[0]! + rows.at(-1)!) / 2;
    placed.set(node.node_id, { node, x: 2 + node.depth * (CARD.width + CARD.gapX), y });
    return y;
  };
  for (const root of children.get(-1) ?? []) visit(root);
  return placed;
}

function card({ node, x, y }: Placed, height: number, lines: number, state: string): string {
  const isRoot = node.parent_id === -1;
  // Code points, so that no character is cut in half.
  const text = [...(isRoot ? 'root: the prompt' : shownText(node.text))];
  const first = svgText(x + 10, y + 17, text.slice(0, CARD.chars).join(''), { class: isRoot ? 'name' : 'fragment' });
  const cut = text.length > CARD.chars * lines;
  const rest = cut ? [...text.slice(CARD.chars, CARD.chars * 2 - 1), '…'] : text.slice(CARD.chars);
  const second = lines === 2 && rest.length > 0 ? svgText(x + 10, y + 32, rest.join(''), { class: 'fragment' }) : '';
  const numbers = isRoot
    ? `N ${node.visit_count}`
    : `Q ${formatFixed(node.q_value, 2)}   N ${node.visit_count}   p ${node.p < 0.005 ? '<0.01' : formatFixed(node.p, 2)}`;
  const tag = state === '' ? (node.terminal ? 'end' : '') : node.terminal ? `${state}, end` : state;
  return element(
    'g',
    { class: `node ${state}${isRoot ? ' root' : ''}${node.terminal ? ' terminal' : ''}` },
    element('title', {}, escapeText(isRoot ? 'prompt' : node.text)) +
      element('rect', { x, y, width: CARD.width, height, rx: 5 }) +
      first +
      second +
      svgText(x + 10, y + height - 9, numbers, { class: 'numbers', 'xml:space': 'preserve' }) +
      (tag === '' ? '' : svgText(x + CARD.width - 10, y + height - 9, tag, { class: 'tag', 'text-anchor': 'end' })),
  );
}

/** White space made visible where it would be lost. */
function shownText(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').trimStart();
}
