/**
 * Rows of the official data that no reply can pass (specification 9): empty answer lists, answers that ask for an undocumented
 * key, or required keys that the answer lacks. A mask for error analysis; official scores keep these rows.
 */
export const unanswerableIds: ReadonlySet<string> = new Set([
  'live_simple_106-63-0',
  'live_simple_112-68-0',
  'live_multiple_862-181-3',
  'live_multiple_964-207-0',
  'simple_java_36',
  'simple_java_65',
]);
