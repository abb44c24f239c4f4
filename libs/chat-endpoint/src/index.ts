export { type ChatEndpoint, type ChatEndpointOptions, createChatEndpoint, EndpointRefusal } from './chat-endpoint.ts';
export type { ChatCompletion, ChatMessage, ChatRequest, ChatTool, ChatToolCall } from './chat-message.ts';
export { type EndpointParams, endpointSchema } from './endpoint-params.ts';
export { forEachLimited } from './for-each-limited.ts';
