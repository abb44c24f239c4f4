export { type GeneratedSample, type GenerationRequest, type SampleState, sampleStreams } from './generation-request.ts';
export { createGenerator, type Generator, type GeneratorOptions, generate } from './generator.ts';
export { type SampledToken, type SamplingConfig, sampleToken } from './sample-token.ts';
export type { GenerationCounts, SchedulerOptions } from './scheduler.ts';
export { type ScoreRow, scoreTokens } from './score-tokens.ts';
