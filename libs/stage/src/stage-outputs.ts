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
      const put = putBytes(
        store,
        named(name, () => writeTable(rows, columns)),
      );
      add(name, { format: 'arrow', ...put, rows: rows.length, columns: columnList(columns) });
    },
    parquet: async (name, columns, rows) => {
      const put = putBytes(store, await writeParquet(rows, columns));
      add(name, { format: 'parquet', ...put, rows: rows.length, columns: columnList(columns) });
    },
    bytes: (name, data, format) => add(name, { format, ...putBytes(store, data) }),
    file: (name, path, format) => {
      const put = putFile(store, path);
      add(name, { format, ...put });
      return put;
    },
    text: (name, text, format = 'text') => add(name, { format, ...putBytes(store, Buffer.from(text, 'utf8')) }),
    json: (name, value) => add(name, { format: 'json', ...putBytes(store, Buffer.from(canonicalJson(value), 'utf8')) }),
    fact: (key, value) => {
      facts[key] = value;
    },
  };
  return { outputs, manifest: () => ({ outputs: blobs }), facts: () => facts };
}

function named<T>(name: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof ItoolError)) throw error;
    throw new ItoolError({
      code: error.code,
      message: `output ${name}: ${error.message}`,
      hint: error.hint ?? '',
      cause: error,
    });
  }
}
