export { askedOf, outputOf, PROMPT_STYLES, type PromptStyle } from './ask-sample.ts';
export { CASE_COLUMNS, type Case } from './case.ts';
export { type Evaluated, type EvaluateOptions, evaluate } from './evaluate.ts';
export { type ApiBankScores, type LevelScores, scoreApiBank, type Tally } from './score.ts';
