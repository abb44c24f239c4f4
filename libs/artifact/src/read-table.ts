import { ItoolError } from '@itool/record';
import { type DataType, type Table, Type, tableFromIPC, type Vector } from 'apache-arrow';
import type { Cell, Row } from './columns.ts';

/** A list column without one object per row: row `i` is `values[offsets[i] .. offsets[i + 1])`. A null list has no values. */
export type ListColumn<A extends Int32Array | Float32Array> = { values: A; offsets: Int32Array };

/** Reads columns of a table without making rows. */
export type TableColumns = {
  rows: number;
  names: string[];
  /** Cells of a column of any type. */
  cells: (name: string) => Cell[];
  /** Values of a number column; nulls of float columns are NaN, nulls of int columns 0. */
  numbers: (name: string) => Int32Array | Float32Array | Float64Array;
  int32Lists: (name: string) => ListColumn<Int32Array>;
  float32Lists: (name: string) => ListColumn<Float32Array>;
};

/** Plain row objects of an Arrow IPC file. */
export function readTable<R extends object = Row>(bytes: Uint8Array): R[] {
  const columns = readColumns(bytes);
  const cells = columns.names.map((name) => columns.cells(name));
  return Array.from({ length: columns.rows }, (_, i) => {
    const row: Row = {};
    columns.names.forEach((name, c) => {
      row[name] = cells[c]![i]!;
    });
    return row as R;
  });
}

/** @throws ItoolError corrupt_artifact when `bytes` are no Arrow IPC file */
export function readColumns(bytes: Uint8Array): TableColumns {
  const table = parse(bytes);
  const names = table.schema.fields.map((field) => field.name);
  const column = (name: string): Vector<DataType> => {
    const vector = table.getChild(name);
    if (vector !== null) return vector;
    throw new ItoolError({
      code: 'bad_data',
      message: `artifact: table has no column: ${name} (valid: ${names.join(', ')})`,
      hint: 'The stage that wrote the table names its columns in its manifest.',
    });
  };
  return {
    rows: table.numRows,
    names,
    cells: (name) => cellsOf(column(name)),
    numbers: (name) => numbersOf(column(name), name),
    int32Lists: (name) => listsOf(column(name), name, Type.Int, (n) => new Int32Array(n)),
    float32Lists: (name) => listsOf(column(name), name, Type.Float, (n) => new Float32Array(n)),
  };
}

/** tableFromIPC takes any bytes without it for an empty stream. */
const MAGIC = 'ARROW1';

function parse(bytes: Uint8Array): Table {
  try {
    if (Buffer.from(bytes.subarray(0, MAGIC.length)).toString('latin1') !== MAGIC) throw new Error('no magic number');
    return tableFromIPC(bytes);
  } catch (cause) {
    throw new ItoolError({ code: 'corrupt_artifact', message: 'artifact: not an Arrow IPC file', cause });
  }
}

function cellsOf(vector: Vector<DataType>): Cell[] {
  const isList = vector.type.typeId === Type.List;
  const cells: Cell[] = new Array(vector.length);
  for (let i = 0; i < vector.length; i++) {
    const cell: unknown = vector.get(i);
    cells[i] = isList && cell !== null ? Array.from((cell as Vector).toArray() as ArrayLike<number>) : (cell as Cell);
  }
  return cells;
}

function numbersOf(vector: Vector<DataType>, name: string): Int32Array | Float32Array | Float64Array {
  if (vector.type.typeId !== Type.Int && vector.type.typeId !== Type.Float) throw wrongType(name, 'numbers', vector);
  const values = vector.toArray() as Int32Array | Float32Array | Float64Array;
  if (vector.nullCount === 0) return values;
  const copy = values.slice();
  for (let i = 0; i < copy.length; i++) if (!vector.isValid(i)) copy[i] = Number.NaN;
  return copy;
}

function listsOf<A extends Int32Array | Float32Array>(
  vector: Vector<DataType>,
  name: string,
  item: Type,
  make: (n: number) => A,
): ListColumn<A> {
  if (vector.type.typeId !== Type.List || vector.type.children[0]?.type.typeId !== item) {
    throw wrongType(name, item === Type.Int ? 'list<int32>' : 'list<float32>', vector);
  }
  const offsets = new Int32Array(vector.length + 1);
  const parts: A[] = [];
  let row = 0;
  for (const data of vector.data) {
    if (data.length === 0) continue;
    const from = data.valueOffsets as Int32Array;
    for (let i = 0; i < data.length; i++) {
      offsets[row + 1] = offsets[row]! + from[i + 1]! - from[i]!;
      row++;
    }
    parts.push((data.children[0]!.values as A).subarray(from[0], from[data.length]) as A);
  }
  if (parts.length === 1) return { values: parts[0]!, offsets };
  const values = make(offsets[row]!);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return { values, offsets };
}

function wrongType(name: string, wanted: string, vector: Vector<DataType>): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `artifact: column ${name} is not of type ${wanted}: ${vector.type}`,
    hint: 'Read it with cells() or with the accessor of its type.',
  });
}
