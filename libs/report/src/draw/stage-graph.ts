import type { StageFacts } from '../report-data.ts';
import { element, figure, svgText } from './markup.ts';

const BOX = { width: 128, height: 42, gapX: 22, gapY: 46, left: 108, gutter: 18 };
const LANE_OF_KIND: Record<string, 'data' | 'report'> = {
  import: 'data',
  ingest: 'data',
  split: 'data',
  tier: 'data',
  report: 'report',
};

type Lane = { label: string; stages: StageFacts[] };
type Place = { lane: number; column: number; x: number; y: number };

/**
 * The stages as a graph in lanes: data, warm-up, one per iteration, report. An edge is left out when a longer path implies it
 * (transitive reduction), because almost every stage also reads the corpus.
 */
export function stageGraph(stages: readonly StageFacts[]): string {
  const lanes = lanesOf(stages);
  const columns = Math.max(1, ...lanes.map((lane) => lane.stages.length));
  const places = new Map<string, Place>();
  for (const [l, lane] of lanes.entries()) {
    for (const [column, stage] of lane.stages.entries()) {
      const x = BOX.left + column * (BOX.width + BOX.gapX);
      places.set(stage.name, { lane: l, column, x, y: 24 + l * (BOX.height + BOX.gapY) });
    }
  }
  const width = BOX.left + columns * (BOX.width + BOX.gapX) + BOX.gutter;
  const height = 24 + lanes.length * (BOX.height + BOX.gapY) - BOX.gapY + 10;
  const marker =
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
    '<path class="arrow" d="M0 0.8 7.2 4 0 7.2z"/></marker></defs>';
  const edges = reducedEdges(stages).map(([from, to]) => edge(places.get(from)!, places.get(to)!, width));
  const names = lanes.map((lane, l) => {
    const y = 24 + l * (BOX.height + BOX.gapY) + BOX.height / 2 + 4;
    return svgText(0, y, lane.label, { class: 'lane' });
  });
  const boxes = stages.map((stage) => box(stage, places.get(stage.name)!));
  return figure(width, height, 'Stages and what they need', marker + edges.join('') + names.join('') + boxes.join(''));
}

/** Edges `[needed, needing]` that no longer path implies, in the order of the stages. */
export function reducedEdges(stages: readonly StageFacts[]): [string, string][] {
  const known = new Map(stages.map((stage) => [stage.name, stage]));
  const needs = (name: string): string[] => {
    const stage = known.get(name);
    const all = stage === undefined ? [] : Object.values(stage.needs).flat();
    return [...new Set(all)].filter((need) => known.has(need) && need !== name);
  };
  const ancestors = new Map<string, Set<string>>();
  for (const stage of stages) {
    const all = new Set<string>();
    for (const need of needs(stage.name)) {
      all.add(need);
      for (const further of ancestors.get(need) ?? []) all.add(further);
    }
    ancestors.set(stage.name, all);
  }
  return stages.flatMap((stage) => {
    const direct = needs(stage.name);
    const implied = (need: string): boolean => direct.some((other) => ancestors.get(other)?.has(need) ?? false);
    return direct.filter((need) => !implied(need)).map((need): [string, string] => [need, stage.name]);
  });
}

function lanesOf(stages: readonly StageFacts[]): Lane[] {
  const lanes = new Map<string, StageFacts[]>([
    ['data', []],
    ['warm-up', []],
  ]);
  const last: StageFacts[] = [];
  for (const stage of stages) {
    const lane = stage.iteration === null ? (LANE_OF_KIND[stage.kind] ?? 'warm-up') : `iteration ${stage.iteration}`;
    if (lane === 'report') last.push(stage);
    else lanes.set(lane, [...(lanes.get(lane) ?? []), stage]);
  }
  return [...lanes, ['report', last] as const]
    .filter(([, members]) => members.length > 0)
    .map(([label, members]) => ({ label, stages: members }));
}

function box(stage: StageFacts, { x, y }: Place): string {
  const { width, height } = BOX;
  return (
    element('rect', { class: `stage k-${stage.kind}`, x, y, width, height, rx: 6 }) +
    element('rect', { class: `stripe k-${stage.kind}`, x, y: y + 8, width: 4, height: height - 16, rx: 2 }) +
    svgText(x + 14, y + 18, stage.name, { class: 'name' }) +
    svgText(x + 14, y + 33, stage.kind)
  );
}

/** Neighbours are joined straight; lane mates by a bow above; the next lane through the gap; lanes further down by the gutter. */
function edge(from: Place, to: Place, width: number): string {
  const { width: w, height: h } = BOX;
  const middle = (place: Place): number => place.x + w / 2;
  const draw = (d: string): string => element('path', { class: 'edge', d, 'marker-end': 'url(#arrow)' });
  if (from.lane === to.lane && to.column === from.column + 1) {
    return draw(`M${from.x + w} ${from.y + h / 2}H${to.x - 1}`);
  }
  if (from.lane === to.lane) {
    const top = from.y - 8 - (from.column % 4) * 3;
    return draw(`M${middle(from) + 20} ${from.y}V${top + 6}q0 -6 6 -6H${middle(to) - 16}q6 0 6 6V${to.y - 1}`);
  }
  // Every line in a gap has its own height by the column it leaves, so that lines to different boxes do not run into each other.
  const gap = from.y + h + 12 + (to.lane === from.lane + 1 ? (from.column % 4) * 5 : 0);
  const start = middle(from);
  const end = middle(to) - (to.column === 0 && from.column > 0 ? 14 : 0);
  if (to.lane === from.lane + 1) return draw(bend(start, from.y + h, gap, end, to.y - 1));
  const gutter = width - 8;
  const above = to.y - 14;
  const down = `M${start} ${from.y + h}V${gap - 6}q0 6 6 6H${gutter - 6}q6 0 6 6V${above - 6}`;
  return draw(`${down}q0 6 -6 6H${end + 6}q-6 0 -6 6V${to.y - 1}`);
}

/** Down, across and down again, with rounded corners. */
function bend(x0: number, y0: number, across: number, x1: number, y1: number): string {
  if (Math.abs(x1 - x0) < 1) return `M${x0} ${y0}V${y1}`;
  const r = Math.min(6, Math.abs(x1 - x0) / 2);
  const side = x1 > x0 ? r : -r;
  return `M${x0} ${y0}V${across - r}q0 ${r} ${side} ${r}H${x1 - side}q${side} 0 ${side} ${r}V${y1}`;
}
