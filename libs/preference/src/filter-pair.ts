import { callsMatch, canonicalCalls, parseCalls } from '@itool/tool-call';
import type { PairConfig } from './pair-config.ts';
import type { PairNode, Reason } from './pair-record.ts';
import { editSimilarity, overlapSimilarity } from './similarity.ts';

/** Differences of Q carry rounding: 0.9 - 0.8 is below 0.1 in binary, and a gap of exactly 0.1 must be kept. */
const ROUNDING = 1e-9;

/** A fragment and the text of the response that it ends. */
export type Side = { node: PairNode; response: string };

/** Similarity of the two fragments, and the first filter that drops them, in the order of the method. */
export function filterPair(
  chosen: Side,
  rejected: Side,
  config: PairConfig,
): { similarity: number; dropped: Extract<Reason, 'identical' | 'similar' | 'gap' | 'weak' | 'not_value'> | null } {
  const similarity =
    config.similarity === 'edit'
      ? editSimilarity(chosen.node.token_ids, rejected.node.token_ids)
      : overlapSimilarity(chosen.node.text, rejected.node.text);
  const dropped = () => {
    if (sameMeaning(chosen, rejected)) return 'identical';
    if (similarity > config.max_similarity + ROUNDING) return 'similar';
    if (chosen.node.q_value - rejected.node.q_value < config.min_gap - ROUNDING) return 'gap';
    if (config.min_chosen_q !== null && chosen.node.q_value < config.min_chosen_q - ROUNDING) return 'weak';
    if (config.value_only && !differInValue(chosen.node.text, rejected.node.text)) return 'not_value';
    return null;
  };
  return { similarity, dropped: dropped() };
}

/** Both fragments give the same parameter a value: they are equal up to their first `=`. */
function differInValue(x: string, y: string): boolean {
  const names = [x, y].map((text) => text.slice(0, text.indexOf('=') + 1).trim());
  return names[0] !== '' && names[0] === names[1];
}

/** Complete responses are compared as calls, parts of responses as text; a complete one differs from a part with its text. */
function sameMeaning(x: Side, y: Side): boolean {
  const complete = x.node.reason === 'end';
  if (complete !== (y.node.reason === 'end')) return false;
  if (!complete) return x.response.trim() === y.response.trim();
  if (canonicalCalls(x.response) === canonicalCalls(y.response)) return true;
  const [a, b] = [parseCalls(x.response), parseCalls(y.response)];
  return a.status === 'ok' && b.status === 'ok' && callsMatch(a.calls, b.calls, { strict: true });
}
