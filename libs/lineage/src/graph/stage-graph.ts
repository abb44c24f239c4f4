import { producersOf, type ResolvedPipeline } from '@itool/pipeline';
import type { PipelineArtifacts } from '../artifacts.ts';

export type GraphNode = { id: string; label: string; kind: 'stage' | 'output' };
export type Graph = { nodes: GraphNode[]; edges: { from: string; to: string; label?: string }[] };

/** Stages of a pipeline and what they read, as pipeline.json has it. */
export function stageGraph({ stages }: ResolvedPipeline): Graph {
  return {
    nodes: stages.map(({ name, kind }) => ({ id: name, label: `${name} (${kind})`, kind: 'stage' })),
    edges: stages.flatMap((stage) => producersOf(stage).map((from) => ({ from, to: stage.name }))),
  };
}

/** Stages with their outputs, as they were made; an edge into a stage names its role. */
export function artifactGraph({ stages }: PipelineArtifacts): Graph {
  const nodes: GraphNode[] = [];
  const edges: Graph['edges'] = [];
  for (const { name, kind, manifest, provenance } of stages) {
    nodes.push({ id: name, label: `${name} (${kind})`, kind: 'stage' });
    for (const [output, blob] of Object.entries(manifest.outputs)) {
      nodes.push({ id: `${name}/${output}`, label: `${output} ${blob.sha256.slice(0, 12)}`, kind: 'output' });
      edges.push({ from: name, to: `${name}/${output}` });
    }
    for (const [role, producers] of Object.entries(provenance.inputs))
      for (const producer of producers) edges.push({ from: producer.stage, to: name, label: role });
  }
  return { nodes, edges };
}

/** The part of a graph that `id` reaches downwards, or that reaches it, `id` included. */
export function reachable(graph: Graph, ids: readonly string[], direction: 'up' | 'down'): Set<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const [here, there] = direction === 'down' ? [from, to] : [to, from];
    next.set(here, [...(next.get(here) ?? []), there]);
  }
  const found = new Set<string>();
  const waiting = [...ids];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(next.get(id) ?? []));
  }
  return found;
}

export function subgraph({ nodes, edges }: Graph, ids: ReadonlySet<string>): Graph {
  return {
    nodes: nodes.filter((node) => ids.has(node.id)),
    edges: edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to)),
  };
}
