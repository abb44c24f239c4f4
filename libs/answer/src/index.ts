export { type AnsweredRow, answerRows } from './answer-rows.ts';
export type { Answer, Answerer, Asked } from './answerer.ts';
export { createEndpointAnswerer } from './endpoint-answerer.ts';
export { createLocalAnswerer } from './local-answerer.ts';
export { openAnswerer } from './open-answerer.ts';
