import { bestDocuments, createBm25 } from './bm25.ts';
import { DESCRIPTORS } from './descriptors.ts';
import { searchedText } from './searched-text.ts';

/** APIs that a search never returns: the search itself. */
const HIDDEN = new Set(['ToolSearcher']);

/** Words that say the same in searches and descriptors; each stands for the whole group. */
const SYNONYMS: Readonly<Record<string, string>> = {
  schedule: 'agenda',
  appointment: 'registration',
  appointments: 'registration',
  cancel: 'delete',
  remove: 'delete',
  create: 'add',
  set: 'add',
  setting: 'add',
  get: 'query',
  search: 'query',
  check: 'query',
  update: 'modify',
  change: 'modify',
};

/** Lower-case words without plural s, split from camel case. */
function words(text: string): string[] {
  const found = text.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').toLowerCase();
  return (found.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => {
    const known = SYNONYMS[word] ?? word;
    return known.length > 3 && known.endsWith('s') && !known.endsWith('ss') ? known.slice(0, -1) : known;
  });
}

/**
 * Finds an API by keywords without embeddings: BM25 over the same text that the official search embeds, the words of the name counted
 * three times. Null when no word matches. Correctness does not depend on the keywords, only on the API that is found.
 */
export function createToolRanker(): (keywords: string) => string | null {
  const descriptors = [...DESCRIPTORS.values()].filter(({ name }) => !HIDDEN.has(name));
  const score = createBm25(
    descriptors.map((descriptor) => {
      const name = words(descriptor.name);
      return [...name, ...name, ...words(searchedText(descriptor)), ...words(descriptor.description)];
    }),
  );
  return (keywords) => {
    const scores = score(words(keywords));
    const best = bestDocuments(scores, 1)[0]!;
    return scores[best]! > 0 ? descriptors[best]!.name : null;
  };
}
