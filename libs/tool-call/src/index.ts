export { alignCalls } from './align-calls.ts';
export {
  type Boundary,
  type BoundaryKind,
  type CallScanner,
  createCallScanner,
  type ScanMode,
  type ScannerState,
} from './call-scanner.ts';
export { callMatches, callsMatch, type MatchOptions, normaliseString, valuesMatch } from './calls-match.ts';
export { completedCalls } from './completed-calls.ts';
export {
  type ClassifyOptions,
  classifyError,
  type ErrorClass,
  errorClasses,
  errorClassOfApiBank,
  errorClassOfBfcl,
  firstErrorClass,
} from './error-class.ts';
export { type Grade, type GradeOptions, gradeCalls, gradeNames } from './grade-calls.ts';
export { type GradedCalls, gradeDimensions } from './grade-dimensions.ts';
export { type ParsedCalls, parseCalls } from './parse-calls.ts';
export { partialAgreement } from './partial-agreement.ts';
export { canonicalCalls, printCalls } from './print-calls.ts';
