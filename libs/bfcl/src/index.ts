export {
  type BfclAnswer,
  type BfclQuestion,
  loadAnswers,
  loadQuestions,
} from './bfcl-file.ts';
export { baseCategory, type Checker, categoryOf, checkerOf, isRelevanceCategory } from './category.ts';
export { type CaseInput, type CaseVerdict, checkCase, type ModelOutput } from './check-case.ts';
export { decodeFunctionCalls } from './decode-fc.ts';
export { decodePromptText, type StripRule } from './decode-prompt.ts';
export { PyJsonError, parsePyJson, toJson } from './py-json.ts';
export { pyJsonDumps } from './py-json-dumps.ts';
export { pyRepr, reprString } from './py-repr.ts';
export { PySyntaxError } from './py-syntax-error.ts';
export { dictGet, isDict, type PyDict, type PyValue, pyEqual } from './py-value.ts';
export { type Aggregate, type ScoreFormula, type Scores, scoreCategories, type Tally } from './score-categories.ts';
export { standardizeString } from './standardize-string.ts';
export { describedDocs, type PromptRelease, promptMessages, systemPrompt } from './system-prompt.ts';
export { unanswerableIds } from './unanswerable.ts';
