import { z } from 'zod';
import { FAMILY_NAMES } from './families.ts';

const share = z.number().min(0).max(1);
const weights = z.record(z.string().regex(/^[1-9][0-9]*$/), z.number().min(0));

/** Knobs that training and evaluation share. */
const rowKnobs = {
  /** Measure a of the tiers: weights of the number of candidate tools in the families with several tools. */
  candidate_tools: weights.default({ '2': 0.15, '3': 0.15, '4': 0.6, '5': 0.1 }),
  /** Measure b of the tiers: share of rows whose descriptions are padded. */
  long_description_share: share.default(0.05),
  /** Measure c of the tiers: weights of the number of calls in the parallel families. */
  calls: weights.default({ '2': 0.6, '3': 0.15, '4': 0.25 }),
  /** Share of optional parameters that the request mentions. */
  optional_share: share.default(0.4),
  /** Share of rows whose parameter names are synonyms drawn anew; in the others the tools of a noun keep their own names. */
  redrawn_names_share: share.default(0.15),
  /** Share of slots in `live_*` rows that get hard wording; other families have none. */
  hard_wording_share: share.default(0.6),
};

const defaultFamilyWeights: Readonly<Record<string, number>> = {
  simple: 0.15,
  multiple: 0.22,
  parallel: 0.09,
  parallel_multiple: 0.05,
  irrelevance: 0.05,
  clarification: 0.08,
  judge: 0.08,
  live_simple: 0.07,
  live_multiple: 0.12,
  live_parallel: 0.05,
  live_parallel_multiple: 0.02,
  live_irrelevance: 0.03,
};

/** Configuration of `generateTraining`. */
export const trainingConfigSchema = z.strictObject({
  seed: z.int().min(0),
  rows: z.int().min(0),
  /** Relative weights; a family that is not named is not generated. */
  family_weights: z
    .partialRecord(z.enum([...FAMILY_NAMES, 'judge']), z.number().min(0))
    .default({ ...defaultFamilyWeights }),
  ...rowKnobs,
});
export type TrainingConfig = z.infer<typeof trainingConfigSchema>;

/** Configuration of `generatePretraining`. */
export const pretrainingConfigSchema = z.strictObject({
  seed: z.int().min(0),
  rows: z.int().min(0),
  /** Share of copy exercises; the other rows are notes. */
  copy_share: share.default(0.5),
  /** Further requests about the same tools in a row of notes: more targets for each token of the tool list. */
  follow_ups: z.int().min(0).default(3),
  family_weights: z
    .partialRecord(z.enum(FAMILY_NAMES), z.number().min(0))
    .default({ simple: 0.4, multiple: 0.3, parallel: 0.1, live_simple: 0.1, live_multiple: 0.1 }),
  ...rowKnobs,
});
export type PretrainingConfig = z.infer<typeof pretrainingConfigSchema>;

/** Configuration of `generateEvaluation`. */
export const evaluationConfigSchema = z.strictObject({
  seed: z.int().min(0),
  rows_per_category: z.int().min(1),
  /** Share of names and titles that training never shows. */
  held_out_share: share.default(0.5),
  ...rowKnobs,
});
export type EvaluationConfig = z.infer<typeof evaluationConfigSchema>;

/** Configuration of `generateApiBank`. */
export const apiBankConfigSchema = z.strictObject({
  seed: z.int().min(0),
  dialogues: z.int().min(1),
  /** Share of dialogues, among those whose tool can be searched for, in which it has to be. */
  search_share: share.default(0.4),
});
export type ApiBankConfig = z.infer<typeof apiBankConfigSchema>;

/** What the draw of one row needs from any of the three configurations. */
export type RowKnobs = Pick<
  TrainingConfig,
  | 'candidate_tools'
  | 'long_description_share'
  | 'calls'
  | 'optional_share'
  | 'redrawn_names_share'
  | 'hard_wording_share'
>;
