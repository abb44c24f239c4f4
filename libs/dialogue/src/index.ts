export type { Counts, ReadOptions, ReadResult } from './dialogue-draft.ts';
export { DIALOGUE_FORMATS, type DialogueFormat, readDialogues } from './read-dialogues.ts';
export { readTools, readToolsInText } from './read-tools.ts';
