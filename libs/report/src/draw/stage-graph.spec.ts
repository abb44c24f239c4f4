import type { StageFacts } from '../report-data.ts';
import { reducedEdges, stageGraph } from './stage-graph.ts';

const stage = (name: string, kind: string, iteration: number | null, ...needs: string[]): StageFacts => ({
  name,
  kind,
  iteration,
  needs: { input: needs },
  params: {},
  amounts: {},
});

const stages = [
  stage('ingest', 'ingest', null),
  stage('split', 'split', null, 'ingest'),
  stage('base', 'base', null, 'ingest', 'split'),
  stage('rank-1', 'rank', 1, 'ingest', 'split', 'base'),
  stage('report', 'report', null, 'rank-1', 'base', 'outside'),
];

describe('reducedEdges', () => {
  it('drops what a longer path implies and stages that are not shown', () => {
    expect(reducedEdges(stages)).toEqual([
      ['ingest', 'split'],
      ['split', 'base'],
      ['base', 'rank-1'],
      ['rank-1', 'report'],
    ]);
  });
});

describe('stageGraph', () => {
  it('draws one box per stage and one lane per iteration', () => {
    const svg = stageGraph(stages);
    expect(svg.match(/class="stage /g)).toHaveLength(5);
    expect(svg.match(/class="edge"/g)).toHaveLength(4);
    expect(svg).toContain('iteration 1');
  });
});
