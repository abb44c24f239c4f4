import { z } from 'zod';

/**
 * OpenLineage 2-0-2 (openlineage.io/spec/2-0-2/OpenLineage.json), written from the specification: no package carries its JSON schemas
 * here. Stricter than those where they leave doors open: an event that this accepts has no member that they do not know, and each
 * facet is checked by its own schema, which the main schema of OpenLineage does not do.
 */
export const SCHEMA_URL = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

const base = { _producer: z.url(), _schemaURL: z.url() };
const facet = <S extends z.ZodRawShape>(shape: S) => z.strictObject({ ...base, ...shape });
const job = { namespace: z.string().min(1), name: z.string().min(1) };

const url = (file: string, version: string): string =>
  `https://openlineage.io/spec/facets/${version}/${file}.json#/$defs/${file}`;

/** Facets that events may hold, by place and name; any other is an error. */
export const FACETS = {
  run: {
    executionParameters: {
      url: url('ExecutionParametersRunFacet', '1-0-0'),
      schema: facet({
        parameters: z.array(
          z.strictObject({
            key: z.string(),
            name: z.string().optional(),
            description: z.string().optional(),
            value: z.string(),
          }),
        ),
      }),
    },
    parent: {
      url: url('ParentRunFacet', '1-1-0'),
      schema: facet({ run: z.strictObject({ runId: z.uuid() }), job: z.strictObject(job) }),
    },
    processing_engine: {
      url: url('ProcessingEngineRunFacet', '1-1-1'),
      schema: facet({
        version: z.string(),
        name: z.string().optional(),
        openlineageAdapterVersion: z.string().optional(),
      }),
    },
    errorMessage: {
      url: url('ErrorMessageRunFacet', '1-0-1'),
      schema: facet({ message: z.string(), programmingLanguage: z.string(), stackTrace: z.string().optional() }),
    },
    /** Our own: how Nx ended the task, and the keys that the result is known by. */
    itool: {
      url: 'https://itool.dev/openlineage/1-0-0/StageRunFacet.json',
      schema: facet({
        status: z.string(),
        nxHash: z.string().optional(),
        key: z.string().optional(),
        code: z.string().optional(),
        ledgerEntry: z.string(),
      }),
    },
  },
  job: {
    jobType: {
      url: url('JobTypeJobFacet', '2-0-3'),
      schema: facet({
        processingType: z.enum(['BATCH', 'STREAMING']),
        integration: z.string(),
        jobType: z.string().optional(),
      }),
    },
    sourceCodeLocation: {
      url: url('SourceCodeLocationJobFacet', '1-0-1'),
      schema: facet({
        type: z.string(),
        url: z.url(),
        repoUrl: z.string().optional(),
        path: z.string().optional(),
        version: z.string().optional(),
        tag: z.string().optional(),
        branch: z.string().optional(),
      }),
    },
  },
  dataset: {
    schema: {
      url: url('SchemaDatasetFacet', '1-1-1'),
      schema: facet({
        fields: z.array(
          z.strictObject({ name: z.string(), type: z.string().optional(), description: z.string().optional() }),
        ),
      }),
    },
    version: { url: url('DatasetVersionDatasetFacet', '1-0-1'), schema: facet({ datasetVersion: z.string() }) },
    storage: {
      url: url('StorageDatasetFacet', '1-0-1'),
      schema: facet({ storageLayer: z.string(), fileFormat: z.string().optional() }),
    },
    columnLineage: {
      url: url('ColumnLineageDatasetFacet', '1-2-0'),
      schema: facet({
        fields: z.record(
          z.string(),
          z.strictObject({
            inputFields: z.array(
              z.strictObject({
                ...job,
                field: z.string(),
                transformations: z
                  .array(
                    z.strictObject({
                      type: z.string(),
                      subtype: z.string().optional(),
                      description: z.string().optional(),
                    }),
                  )
                  .optional(),
              }),
            ),
          }),
        ),
      }),
    },
  },
  output: {
    outputStatistics: {
      url: url('OutputStatisticsOutputDatasetFacet', '1-0-2'),
      schema: facet({
        rowCount: z.int().gte(0).optional(),
        size: z.int().gte(0).optional(),
        fileCount: z.int().gte(0).optional(),
      }),
    },
  },
} as const;

type Place = keyof typeof FACETS;

const facetsAt = (place: Place) => {
  const known = FACETS[place] as Record<string, { schema: z.ZodType }>;
  const shape = Object.fromEntries(Object.entries(known).map(([name, { schema }]) => [name, schema.optional()]));
  return z.strictObject(shape);
};

const dataset = { ...job, facets: facetsAt('dataset').optional() };

export const runEventSchema = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime({ offset: true }),
  producer: z.url(),
  schemaURL: z.literal(SCHEMA_URL),
  run: z.strictObject({ runId: z.uuid(), facets: facetsAt('run').optional() }),
  job: z.strictObject({ ...job, facets: facetsAt('job').optional() }),
  inputs: z.array(z.strictObject(dataset)).optional(),
  outputs: z.array(z.strictObject({ ...dataset, outputFacets: facetsAt('output').optional() })).optional(),
});
export type RunEvent = z.infer<typeof runEventSchema>;

/** What is wrong with an event, one line per place; empty for a valid one. */
export function checkEvent(event: unknown): string[] {
  const parsed = runEventSchema.safeParse(event);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}
