export { type AskOptions, askedOf, PROMPT_STYLES, resultOf } from './ask-question.ts';
export { CASE_COLUMNS, type Case, caseOf } from './case.ts';
export { type EvaluatedCategory, evaluateCategory } from './evaluate-category.ts';
export { multiTurnJudge } from './multi-turn-judge.ts';
export { type OfficialFile, officialFiles } from './official-files.ts';
export { type BenchmarkScores, scoreBenchmark } from './score-benchmark.ts';
