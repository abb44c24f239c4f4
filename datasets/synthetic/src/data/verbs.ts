/** A verb of the catalogue: the word in tool names and plain requests, the synonyms of hard requests, and the start of its description. */
export type Verb = { verb: string; synonyms: readonly string[]; gloss: string };

export const VERBS: readonly Verb[] = [
  { verb: 'book', synonyms: ['reserve', 'arrange'], gloss: 'Reserve' },
  { verb: 'find', synonyms: ['look for', 'search for'], gloss: 'Search for' },
  { verb: 'cancel', synonyms: ['call off', 'drop'], gloss: 'Call off' },
  { verb: 'move', synonyms: ['shift', 'push back'], gloss: 'Reschedule' },
  { verb: 'check', synonyms: ['look at', 'inspect'], gloss: 'Look up the state of' },
  { verb: 'rate', synonyms: ['score', 'review'], gloss: 'Give a rating to' },
  { verb: 'share', synonyms: ['forward', 'pass on'], gloss: 'Send others the details of' },
  { verb: 'track', synonyms: ['follow', 'watch'], gloss: 'Get updates about' },
];
