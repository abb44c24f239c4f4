import type { Descriptor } from './descriptors.ts';

/** The text under which ToolSearcher finds an API: its name split at capitals, lower case, and its description right behind it. */
export function searchedText(descriptor: Descriptor): string {
  const words = [...descriptor.name].map((char) => (/\p{Lu}/u.test(char) ? ` ${char.toLowerCase()}` : char));
  return words.join('').trim() + descriptor.description;
}
