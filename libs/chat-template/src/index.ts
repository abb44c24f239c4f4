export { type AssistantSpan, type ChatTemplate, createChatTemplate } from './chat-template.ts';
export { compactTemplate } from './compact-template.ts';
export type { Dialogue } from './quote-special-tokens.ts';
