/** What the rows of a family look like. `live_*` families use hard wording and more similar tools. */
export type FamilyShape = {
  answer: 'calls' | 'refusal' | 'question';
  /** Candidate tools: one, or drawn by the weights of the configuration. */
  several_tools: boolean;
  several_calls: boolean;
  hard: boolean;
};

export const FAMILY_NAMES = [
  'simple',
  'multiple',
  'parallel',
  'parallel_multiple',
  'irrelevance',
  'clarification',
  'live_simple',
  'live_multiple',
  'live_parallel',
  'live_parallel_multiple',
  'live_irrelevance',
] as const;

export type RequestFamily = (typeof FAMILY_NAMES)[number];
/** `judge` rows hold no request: see `judge-row.ts`. */
export type Family = RequestFamily | 'judge';

function shape(
  answer: FamilyShape['answer'],
  several_tools: boolean,
  several_calls: boolean,
  hard: boolean,
): FamilyShape {
  return { answer, several_tools, several_calls, hard };
}

export const FAMILY_SHAPES: Readonly<Record<RequestFamily, FamilyShape>> = {
  simple: shape('calls', false, false, false),
  multiple: shape('calls', true, false, false),
  parallel: shape('calls', false, true, false),
  parallel_multiple: shape('calls', true, true, false),
  irrelevance: shape('refusal', false, false, false),
  clarification: shape('question', false, false, false),
  live_simple: shape('calls', false, false, true),
  live_multiple: shape('calls', true, false, true),
  live_parallel: shape('calls', false, true, true),
  live_parallel_multiple: shape('calls', true, true, true),
  live_irrelevance: shape('refusal', true, false, true),
};
