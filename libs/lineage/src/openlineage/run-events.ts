import { createHash } from 'node:crypto';
import type { LedgerEntry } from '@itool/ledger';
import { canonicalJson, ItoolError, type JsonValue } from '@itool/record';
import { stageRule } from '../rows/stage-rules.ts';
import { changedLeaves } from '../runs/compare-provenance.ts';
import type { StageInRun } from '../runs/run-history.ts';
import { checkEvent, FACETS, type RunEvent, SCHEMA_URL } from './event-schema.ts';

const PRODUCER = 'https://itool.dev/itool/0.1.0';

/** Where the sources can be looked at; without one the events name the commit alone. */
export type EventOptions = { repositoryUrl?: string };

/**
 * START and COMPLETE (or FAIL, ABORT) of every stage of a run, in the order in which they happened, and of the run of the pipeline
 * itself, their parent. Stages that came from the cache are COMPLETE too: their data sets are as good as new ones, and `itool.status`
 * tells the two apart.
 *
 * @throws ItoolError internal when an event is not what the specification wants
 */
export function runEvents(entry: LedgerEntry, stages: readonly StageInRun[], options: EventOptions = {}): RunEvent[] {
  const { body } = entry;
  if (body.kind !== 'run') return [];
  const pipelines = [...new Set(stages.map(({ stage }) => stage.slice(0, stage.indexOf('.'))))];
  const events = pipelines.flatMap((pipeline) => {
    const own = stages.filter(({ stage }) => stage.startsWith(`${pipeline}.`));
    const parent = { runId: uuidOf(body.run, pipeline), namespace: 'itool', name: pipeline };
    const failed = own.some(({ task }) => !isDone(task.status));
    const ends = (eventType: RunEvent['eventType'], at: number): RunEvent => ({
      eventType,
      eventTime: new Date(at).toISOString(),
      producer: PRODUCER,
      schemaURL: SCHEMA_URL,
      run: { runId: parent.runId, facets: {} },
      job: { namespace: 'itool', name: pipeline, facets: { jobType: jobType('PIPELINE') } },
    });
    return [
      ends('START', body.start),
      ...own.flatMap((one) => stageEvents(entry, one, own, parent, options)),
      ends(failed ? 'FAIL' : 'COMPLETE', body.end),
    ];
  });
  for (const event of events) {
    const wrong = checkEvent(event);
    if (wrong.length > 0)
      throw new ItoolError({
        code: 'internal',
        message: `lineage: event is not OpenLineage 2-0-2: ${wrong.join('; ')}`,
      });
  }
  return events;
}

function stageEvents(
  { hash, body }: LedgerEntry,
  one: StageInRun,
  siblings: readonly StageInRun[],
  parent: { runId: string; namespace: string; name: string },
  options: EventOptions,
): RunEvent[] {
  if (body.kind !== 'run') return [];
  const { stage, task, provenance } = one;
  const common = (eventType: RunEvent['eventType'], at: number): RunEvent => ({
    eventType,
    eventTime: new Date(at).toISOString(),
    producer: PRODUCER,
    schemaURL: SCHEMA_URL,
    run: {
      runId: uuidOf(body.run, stage),
      facets: {
        parent: withUrl('run', 'parent', {
          run: { runId: parent.runId },
          job: { namespace: parent.namespace, name: parent.name },
        }),
        processing_engine: withUrl('run', 'processing_engine', { name: 'nx', version: '24' }),
        itool: withUrl('run', 'itool', {
          status: task.status,
          ...(task.hash === undefined ? {} : { nxHash: task.hash }),
          ...(provenance === null ? {} : { key: provenance.key, code: provenance.code }),
          ledgerEntry: hash,
        }),
        ...(provenance === null
          ? {}
          : {
              executionParameters: withUrl('run', 'executionParameters', {
                parameters: parametersOf(provenance.params),
              }),
            }),
        ...(eventType === 'FAIL'
          ? {
              errorMessage: withUrl('run', 'errorMessage', {
                message: `task ended as ${task.status}`,
                programmingLanguage: 'TypeScript',
              }),
            }
          : {}),
      },
    },
    job: {
      namespace: 'itool',
      name: stage,
      facets: {
        jobType: jobType('STAGE'),
        ...(provenance === null || body.commit === null
          ? {}
          : { sourceCodeLocation: sourceCode(provenance.kind, body.commit, options) }),
      },
    },
    inputs: inputsOf(one, siblings),
    outputs: eventType === 'COMPLETE' ? outputsOf(one) : [],
  });
  const end = endType(task.status);
  return [common('START', task.start ?? body.start), common(end, task.end ?? body.end)];
}

function endType(status: string): 'COMPLETE' | 'FAIL' | 'ABORT' {
  if (isDone(status)) return 'COMPLETE';
  return status === 'skipped' ? 'ABORT' : 'FAIL';
}

function isDone(status: string): boolean {
  return status === 'success' || status.includes('cache');
}

type Outputs = NonNullable<RunEvent['outputs']>;

function inputsOf({ stage, provenance }: StageInRun, siblings: readonly StageInRun[]): NonNullable<RunEvent['inputs']> {
  if (provenance === null) return [];
  const pipeline = stage.slice(0, stage.indexOf('.'));
  const producers = new Set(Object.values(provenance.inputs).flatMap((list) => list.map((need) => need.stage)));
  return [...producers].flatMap((name) => {
    const manifest = siblings.find((other) => other.stage === `${pipeline}.${name}`)?.manifest;
    return Object.entries(manifest?.outputs ?? {}).map(([output, { sha256 }]) => ({
      namespace: 'itool',
      name: `${pipeline}.${name}/${output}`,
      facets: { version: withUrl('dataset', 'version', { datasetVersion: sha256 }) },
    }));
  });
}

function outputsOf(one: StageInRun): Outputs {
  const { stage, manifest, provenance } = one;
  return Object.entries(manifest?.outputs ?? {})
    .map(([output, { sha256, size, rows, columns, format }]): Outputs[number] => ({
      namespace: 'itool',
      name: `${stage}/${output}`,
      facets: {
        version: withUrl('dataset', 'version', { datasetVersion: sha256 }),
        storage: withUrl('dataset', 'storage', { storageLayer: 'itool-store', fileFormat: format }),
        ...(columns === undefined ? {} : { schema: withUrl('dataset', 'schema', { fields: columns }) }),
        ...columnLineage(one, output),
      },
      outputFacets: {
        outputStatistics: withUrl('output', 'outputStatistics', {
          size,
          fileCount: 1,
          ...(rows === undefined ? {} : { rowCount: rows }),
        }),
      },
    }))
    .filter(() => provenance !== null);
}

/** Columns by which rows are tied to the rows that they are made of. */
function columnLineage({ stage, manifest, provenance }: StageInRun, output: string) {
  if (manifest === null || provenance === null) return {};
  const pipeline = stage.slice(0, stage.indexOf('.'));
  const name = stage.slice(pipeline.length + 1);
  const table = stageRule({ name, kind: provenance.kind, manifest, provenance })?.tables.find(
    (one) => one.output === output,
  );
  const fields: Record<
    string,
    {
      inputFields: {
        namespace: string;
        name: string;
        field: string;
        transformations: { type: string; subtype: string }[];
      }[];
    }
  > = {};
  for (const link of table?.from ?? []) {
    const owners = link.role === null ? [name] : (provenance.inputs[link.role] ?? []).map((need) => need.stage);
    for (const [here, there] of link.on)
      for (const owner of owners) {
        fields[here] ??= { inputFields: [] };
        fields[here].inputFields.push({
          namespace: 'itool',
          name: `${pipeline}.${owner}/${link.output}`,
          field: there,
          transformations: [{ type: 'DIRECT', subtype: 'IDENTITY' }],
        });
      }
  }
  return Object.keys(fields).length === 0 ? {} : { columnLineage: withUrl('dataset', 'columnLineage', { fields }) };
}

function parametersOf(params: JsonValue): { key: string; value: string }[] {
  return changedLeaves({}, params)
    .filter(({ path }) => path !== '')
    .map(({ path, after }) => ({ key: path, value: canonicalJson(after) }));
}

function jobType(kind: string) {
  return withUrl('job', 'jobType', { processingType: 'BATCH' as const, integration: 'ITOOL', jobType: kind });
}

function sourceCode(kind: string, commit: string, { repositoryUrl }: EventOptions) {
  const path = `libs/stages/${kind}`;
  const url =
    repositoryUrl === undefined
      ? `urn:git:${commit}:${path}`
      : `${repositoryUrl.replace(/\/$/, '')}/tree/${commit}/${path}`;
  return withUrl('job', 'sourceCodeLocation', {
    type: 'git',
    url,
    ...(repositoryUrl === undefined ? {} : { repoUrl: repositoryUrl }),
    path,
    version: commit,
  });
}

function withUrl<T extends object>(
  place: keyof typeof FACETS,
  name: string,
  facet: T,
): T & { _producer: string; _schemaURL: string } {
  const { url } = (FACETS[place] as Record<string, { url: string }>)[name]!;
  return { _producer: PRODUCER, _schemaURL: url, ...facet };
}

/** The same run and stage have the same id, so that events sent twice are one. */
export function uuidOf(run: string, stage: string): string {
  const hex = createHash('sha256').update(`${run} ${stage}`).digest('hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
