import {
  type Blob,
  type Columns,
  columnList,
  type FileDigest,
  type Manifest,
  putBytes,
  putFile,
  type RowOf,
  type Store,
  writeParquet,
  writeTable,
} from '@itool/artifact';
import { canonicalJson, ItoolError, type JsonValue } from '@itool/record';

/** Writes outputs of a stage. Bytes are in the store when a call returns; the manifest appears when the stage has succeeded. */
export type StageOutputs = {
  /** Arrow IPC table. */
  table: <const C extends Columns>(name: string, columns: C, rows: readonly RowOf<C>[]) => void;
  /** Parquet table; NaN becomes null where the column allows it. */
  parquet: <const C extends Columns>(name: string, columns: C, rows: readonly RowOf<C>[]) => Promise<void>;
  /** `format` names the kind of bytes, for example `safetensors`. */
  bytes: (name: string, data: Uint8Array, format: string) => void;
  /** Copies a file into the store without reading it into memory. */
  file: (name: string, path: string, format: string) => FileDigest;
  text: (name: string, text: string, format?: string) => void;
  /** Canonical JSON (sorted keys, no white space). */
  json: (name: string, value: unknown) => void;
  /** Puts a fact about the making into provenance.json, which no stage reads: backend, counts. No time, host or path. */
  fact: (key: string, value: JsonValue) => void;
};

export type Collected = { outputs: StageOutputs; manifest: () => Manifest; facts: () => Record<string, JsonValue> };

export function collectOutputs(store: Store): Collected {
  const blobs: Record<string, Blob> = {};
  const facts: Record<string, JsonValue> = {};
  const add = (name: string, blob: Blob): void => {
    if (Object.hasOwn(blobs, name)) {
      throw new ItoolError({
        code: 'internal',
        message: `stage: output is written twice: ${JSON.stringify(name)}`,
        hint: 'Give each output its own name.',
      });
    }
    blobs[name] = blob;
  };
  const outputs: StageOutputs = {
    table: (name, columns, rows) => {
      const bytes = named(name, () => writeTable(rows, columns));
      add(name, { format: 'arrow', ...putBytes(store, bytes), rows: rows.length, columns: columnList(columns) });
    },
    parquet: async (name, columns, rows) => {
      const bytes = await named(name, () => writeParquet(rows, columns));
      add(name, { format: 'parquet', ...putBytes(store, bytes), rows: rows.length, columns: columnList(columns) });
    },
    bytes: (name, data, format) => add(name, { format, ...putBytes(store, data) }),
    file: (name, path, format) => {
      const put = putFile(store, path);
      add(name, { format, ...put });
      return put;
    },
    text: (name, text, format = 'text') => add(name, { format, ...putBytes(store, Buffer.from(text, 'utf8')) }),
    json: (name, value) => {
      const text = named(name, () => canonicalJson(value));
      add(name, { format: 'json', ...putBytes(store, Buffer.from(text, 'utf8')) });
    },
    fact: (key, value) => {
      facts[key] = value;
    },
  };
  return { outputs, manifest: () => ({ outputs: blobs }), facts: () => facts };
}

/** Puts the name of the output into what `make` throws, or rejects with. */
function named<T>(name: string, make: () => T): T {
  const fail = (error: unknown): never => {
    const { code, hint } = error instanceof ItoolError ? error : { code: 'internal' as const, hint: undefined };
    throw new ItoolError({ code, message: `output ${name}: ${(error as Error).message}`, hint, cause: error });
  };
  try {
    const made = make();
    return made instanceof Promise ? (made.catch(fail) as T) : made;
  } catch (error) {
    return fail(error);
  }
}
