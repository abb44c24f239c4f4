export { type NodeRow, nodeRows } from './node-rows.ts';
export type { ForcedRequest, Fragment, FragmentRequest, MctsPolicy } from './policy.ts';
export { prior } from './prior.ts';
export { DEFAULT_SEARCH, type SearchConfig } from './search-config.ts';
export type { SearchNode, TerminalReason, TreeRow } from './search-node.ts';
export type { SearchTree } from './search-tree.ts';
export { searchTrees } from './search-trees.ts';
