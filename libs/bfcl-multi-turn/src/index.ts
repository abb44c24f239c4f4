export {
  checkMultiTurn,
  createInstances,
  isLongContext,
  type MultiTurnDetail,
  type MultiTurnErrorType,
  type MultiTurnInput,
  type MultiTurnRow,
  type MultiTurnVerdict,
} from './check-multi-turn.ts';
export {
  type AskedStep,
  type AskModel,
  type Conversation,
  type ConversationOptions,
  createConversation,
  MAXIMUM_STEP_LIMIT,
  runConversations,
  type StepReply,
} from './conversation.ts';
export { decodeStep, type Step, type StepMode } from './decode-step.ts';
export { loadMultiTurnAnswers, type MultiTurnAnswer } from './multi-turn-answers.ts';
export { createMultiTurnJudge } from './multi-turn-judge.ts';
