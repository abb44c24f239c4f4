import {
  type Blob,
  blobPath,
  findBlob,
  type Manifest,
  type Row,
  readBlob,
  readColumns,
  readParquet,
  readTable,
  type Store,
  type TableColumns,
} from '@itool/artifact';
import { ItoolError, type JsonValue } from '@itool/record';

/** Outputs of one stage. Every accessor checks the digest of what it reads. */
export type StageInput = {
  /** Name of the stage in the pipeline, for example `eval-2`. */
  stage: string;
  /** Names of its outputs, sorted. */
  names: string[];
  has: (name: string) => boolean;
  /** Row objects of an Arrow or Parquet output. */
  rows: <R extends object = Row>(name: string) => Promise<R[]>;
  /** Columns of an Arrow output, lists without boxing. */
  columns: (name: string) => TableColumns;
  json: <T = JsonValue>(name: string) => T;
  text: (name: string) => string;
  bytes: (name: string) => Uint8Array;
  /** Read-only file with the bytes of the output; its name has no extension. */
  path: (name: string) => string;
  /** Format, size, row count and columns of an output. */
  blob: (name: string) => Blob;
};

/** Inputs by role of `needs`. All but `stages` want a role that is one stage. */
export type StageInputs = {
  roles: string[];
  /** True when the pipeline fills the role (and, with `name`, its stage has that output). */
  has: (role: string, name?: string) => boolean;
  /** The one stage of a role. */
  stage: (role: string) => StageInput;
  /** All stages of a role in written order; one for a role that is no list. */
  stages: (role: string) => StageInput[];
  rows: <R extends object = Row>(role: string, name: string) => Promise<R[]>;
  columns: (role: string, name: string) => TableColumns;
  json: <T = JsonValue>(role: string, name: string) => T;
  text: (role: string, name: string) => string;
  bytes: (role: string, name: string) => Uint8Array;
  path: (role: string, name: string) => string;
};

export type InputRole = { role: string; list: boolean; stages: { stage: string; manifest: Manifest }[] };

/** @throws from the accessors: ItoolError bad_config for an unfilled role, bad_data for an unknown output */
export function makeInputs(store: Store, roles: readonly InputRole[]): StageInputs {
  const byRole = new Map(
    roles.map((r) => [r.role, { ...r, inputs: r.stages.map((s) => makeInput(store, s.stage, s.manifest)) }]),
  );
  const get = (role: string) => {
    const found = byRole.get(role);
    if (found !== undefined) return found;
    throw new ItoolError({
      code: 'bad_config',
      message: `stage: no stage is given for the role: ${JSON.stringify(role)} (given: ${[...byRole.keys()].join(', ') || 'none'})`,
      hint: `Add it to "needs" of this stage in pipeline.json, for example "${role}": "<stage>".`,
    });
  };
  const one = (role: string): StageInput => {
    const found = get(role);
    if (!found.list) return found.inputs[0]!;
    throw new ItoolError({
      code: 'bad_config',
      message: `stage: role wants one stage but is a list: ${role}`,
      hint: `Write "${role}": "<stage>" without brackets in pipeline.json.`,
    });
  };
  return {
    roles: [...byRole.keys()],
    has: (role, name) => byRole.has(role) && (name === undefined || get(role).inputs.every((input) => input.has(name))),
    stage: one,
    stages: (role) => get(role).inputs,
    rows: (role, name) => one(role).rows(name),
    columns: (role, name) => one(role).columns(name),
    json: (role, name) => one(role).json(name),
    text: (role, name) => one(role).text(name),
    bytes: (role, name) => one(role).bytes(name),
    path: (role, name) => one(role).path(name),
  };
}

function makeInput(store: Store, stage: string, manifest: Manifest): StageInput {
  const blob = (name: string): Blob => findBlob(manifest, name, `stage ${stage}`);
  const bytes = (name: string): Uint8Array => readBlob(store, blob(name).sha256);
  const text = (name: string): string => Buffer.from(bytes(name)).toString('utf8');
  const table = (name: string, formats: readonly string[]): Blob => {
    const found = blob(name);
    if (formats.includes(found.format)) return found;
    throw new ItoolError({
      code: 'bad_data',
      message: `stage: output of stage ${stage} is not a table: ${name}: ${found.format} (valid: ${formats.join(', ')})`,
      hint: 'Read it with the accessor of its format.',
    });
  };
  return {
    stage,
    names: Object.keys(manifest.outputs).sort(),
    has: (name) => Object.hasOwn(manifest.outputs, name),
    rows: async <R extends object = Row>(name: string) =>
      table(name, ['arrow', 'parquet']).format === 'parquet' ? readParquet<R>(bytes(name)) : readTable<R>(bytes(name)),
    columns: (name) => {
      table(name, ['arrow']);
      return readColumns(bytes(name));
    },
    json: <T = JsonValue>(name: string) => JSON.parse(text(name)) as T,
    text,
    bytes,
    path: (name) => blobPath(store, blob(name).sha256),
    blob,
  };
}
