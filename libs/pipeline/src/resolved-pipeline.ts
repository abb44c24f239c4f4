import type { JsonObject } from '@itool/record';

/** A part of a JSON file, for the cache key: `field` is a dotted path without array indexes. */
export type ParamSource = { file: string; field: string };

/** Stages that fill a role. `list` tells a role with one stage from a list that happens to have one. */
export type Need = { list: boolean; stages: string[] };

export type ResolvedStage = {
  pipeline: string;
  /** Unique in the pipeline: `tier`, `rank-1`. */
  name: string;
  kind: string;
  /** Number of the iteration, from 1; undefined outside. */
  iteration?: number;
  needs: Record<string, Need>;
  /** As written, before the schema of the kind fills in defaults. */
  params: JsonObject;
  /** Every JSON field that this stage is defined by. */
  param_sources: ParamSource[];
};

export type ResolvedPipeline = {
  name: string;
  /** pipeline.json files, base first. */
  files: string[];
  iterations: number;
  /** Producers before consumers. */
  stages: ResolvedStage[];
};
