export { canonicalJson } from './canonical-json.ts';
export { type DialogueRow, dialogueRowSchema } from './dialogue-row.ts';
export { ItoolError, type ItoolErrorCode } from './itool-error.ts';
export { type JsonObject, type JsonValue, jsonValueSchema } from './json-value.ts';
export { type Message, messageSchema, type Role } from './message.ts';
export { assignRowIds, contentId } from './row-id.ts';
export { type Tool, type ToolParameters, toolSchema } from './tool.ts';
export { type ToolCall, toolCallSchema } from './tool-call.ts';
