export {
  type BfclAnswer,
  type BfclQuestion,
  loadAnswers,
  loadObjects,
  loadQuestions,
} from './bfcl-file.ts';
export { bootstrapIntervals, type Interval } from './bootstrap.ts';
export { baseCategory, type Checker, categoryOf, checkerOf, isRelevanceCategory } from './category.ts';
export { chatTools } from './chat-tools.ts';
export { type CaseInput, type CaseVerdict, checkCase, type ModelOutput } from './check-case.ts';
export {
  type BfclDataset,
  type CategoryData,
  categoryNames,
  type DataVersion,
  isMultiTurnCategory,
  nameInVersion,
  openDataset,
} from './dataset.ts';
export { decodeFcForExecution, decodeForExecution, isEmptyExecution } from './decode-execution.ts';
export { decodeFunctionCalls } from './decode-fc.ts';
export { decodePromptReply, decodePromptText, type StripRule } from './decode-prompt.ts';
export { describedDocs } from './described-docs.ts';
export {
  type JudgedRow,
  type JudgeMultiTurn,
  type JudgeOptions,
  judgeResults,
  type MultiTurnRow,
  type ReplyMode,
  type RowVerdict,
  replyMode,
} from './judge-results.ts';
export { type Language, languageOf } from './language.ts';
export { functionDocFiles, heldOutDocs, loadFunctionDocs } from './multi-turn-docs.ts';
export type { PyExpression } from './py-expression.ts';
export { pyStr } from './py-format.ts';
export { fromJson, PyJsonError, parsePyJson, toJson } from './py-json.ts';
export { pyJsonDumps, pyJsonDumpsLine } from './py-json-dumps.ts';
export { pyDict, pyJsonText } from './py-json-text.ts';
export { parsePyExpression } from './py-parser.ts';
export { pyRepr, reprFloat, reprString } from './py-repr.ts';
export { PySyntaxError } from './py-syntax-error.ts';
export {
  dictDelete,
  dictGet,
  dictSet,
  isDict,
  isHashable,
  isTuple,
  type PyDict,
  type PyValue,
  pyEqual,
  pyIncludes,
  pyType,
} from './py-value.ts';
export {
  categoryGroup,
  findResultFiles,
  type ResultFile,
  type ResultRow,
  readResultFile,
  resultFileText,
} from './result-files.ts';
export {
  type Aggregate,
  aggregateNames,
  categoriesOf,
  type ScoreFormula,
  type Scores,
  scoreCategories,
  scoredCategory,
  type Tally,
} from './score-categories.ts';
export { expectedText, scoreFileText } from './score-file.ts';
export { type ModelTallies, percentCell, type ScoreTable, scoreTables, tableText } from './score-tables.ts';
export { standardizeString } from './standardize-string.ts';
export {
  type PromptRelease,
  promptMessages,
  REVEALED_FUNCTIONS,
  revealedFunctionsMessage,
  systemPrompt,
} from './system-prompt.ts';
export { unanswerableIds } from './unanswerable.ts';
