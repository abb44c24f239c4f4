export type { Services, World } from './api.ts';
export { searchedName, searchResult } from './apis/everyday.ts';
export { DESCRIPTORS, type Descriptor } from './descriptors.ts';
export {
  type Dialogue,
  type Level,
  loadDatabases,
  loadDialogues,
  readDatabases,
  readDialogues,
  type Turn,
} from './dialogues.ts';
export { extractCall, type ParsedCall, parseCall } from './extract-call.ts';
export { type CallVerdict, checkResponse, judgeCall, type Outcome, outcomes, type Target } from './judge-call.ts';
export { expectedCall, namesAndParametersEqual } from './names-equal.ts';
export { descriptionLine, promptMessages, resultText } from './prompt.ts';
export { deepCopy } from './py-access.ts';
export { PyError } from './py-error.ts';
export { recordCall } from './record-call.ts';
export { type RougeL, responseScore, rougeL } from './rouge-l.ts';
export { apisOf, printCall, type Sample, samplesOf } from './samples.ts';
export { offlineServices, type Search } from './services.ts';
export { createToolRanker } from './tool-ranker.ts';
export type { Databases } from './world.ts';
