import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import { type Columns, type ColumnType, checkRows, isNullable, plainType, type RowOf } from './columns.ts';

/** Rows per record batch: keeps the 32-bit offsets of text columns far from their limit. */
const BATCH_ROWS = 16_384;

type Cells = readonly (string | number | boolean | ArrayLike<number> | null)[];

/**
 * Arrow IPC file (uncompressed) of `rows`. The same rows give the same bytes: no metadata, fixed batches, zeroed padding.
 *
 * @throws ItoolError bad_data when a cell does not fit its column
 */
export function writeTable<const C extends Columns>(rows: readonly RowOf<C>[], columns: C): Uint8Array {
  checkRows(rows, columns);
  const fields = Object.entries(columns).map(([name, type]) => new Field(name, arrowType(type), isNullable(type)));
  const schema = new Schema(fields);
  const batches: RecordBatch[] = [];
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const part = rows.slice(from, from + BATCH_ROWS) as readonly { [column: string]: Cells[number] }[];
    const children = fields.map((f) =>
      columnData(
        columns[f.name]!,
        part.map((row) => row[f.name] ?? null),
      ),
    );
    batches.push(
      new RecordBatch(schema, makeData({ type: new Struct(fields), length: part.length, nullCount: 0, children })),
    );
  }
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

function arrowType(type: ColumnType): DataType {
  switch (plainType(type)) {
    case 'utf8':
      return new Utf8();
    case 'int32':
      return new Int32();
    case 'float64':
      return new Float64();
    case 'float32':
      return new Float32();
    case 'bool':
      return new Bool();
    case 'list<int32>':
      return new List(new Field('item', new Int32(), false));
    case 'list<float32>':
      return new List(new Field('item', new Float32(), false));
  }
}

function columnData(type: ColumnType, cells: Cells): Data {
  const length = cells.length;
  const { nullBitmap, nullCount } = validity(cells);
  switch (plainType(type)) {
    case 'utf8': {
      const texts = cells.map((cell) => Buffer.from((cell as string | null) ?? '', 'utf8'));
      return makeData({
        type: new Utf8(),
        length,
        nullCount,
        nullBitmap,
        valueOffsets: offsets(texts),
        data: Buffer.concat(texts),
      });
    }
    case 'int32':
      return makeData({ type: new Int32(), length, nullCount, nullBitmap, data: Int32Array.from(cells, Number) });
    case 'float64':
      return makeData({ type: new Float64(), length, nullCount, nullBitmap, data: Float64Array.from(cells, Number) });
    case 'float32':
      return makeData({ type: new Float32(), length, nullCount, nullBitmap, data: Float32Array.from(cells, Number) });
    case 'bool':
      return makeData({
        type: new Bool(),
        length,
        nullCount,
        nullBitmap,
        data: bits(cells.map((cell) => cell === true)),
      });
    case 'list<int32>': {
      const lists = cells as readonly (ArrayLike<number> | null)[];
      const values = new Int32Array(totalLength(lists));
      return listData(new Int32(), lists, values, { length, nullCount, nullBitmap });
    }
    case 'list<float32>': {
      const lists = cells as readonly (ArrayLike<number> | null)[];
      const values = new Float32Array(totalLength(lists));
      return listData(new Float32(), lists, values, { length, nullCount, nullBitmap });
    }
  }
}

function listData(
  item: Int32 | Float32,
  lists: readonly (ArrayLike<number> | null)[],
  values: Int32Array | Float32Array,
  common: { length: number; nullCount: number; nullBitmap: Uint8Array | undefined },
): Data {
  let at = 0;
  for (const list of lists) {
    if (list === null) continue;
    values.set(list, at);
    at += list.length;
  }
  const child: Data = makeData({
    type: item as Int32,
    length: values.length,
    nullCount: 0,
    data: values as Int32Array,
  });
  const type = new List(new Field('item', item as DataType, false));
  return makeData({ type, ...common, valueOffsets: offsets(lists), child });
}

function totalLength(lists: readonly (ArrayLike<number> | null)[]): number {
  return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0);
}

function offsets(parts: readonly (ArrayLike<unknown> | null)[]): Int32Array {
  const result = new Int32Array(parts.length + 1);
  parts.forEach((part, i) => {
    result[i + 1] = result[i]! + (part?.length ?? 0);
  });
  return result;
}

function validity(cells: Cells): { nullBitmap: Uint8Array | undefined; nullCount: number } {
  const nullCount = cells.reduce<number>((n, cell) => n + (cell === null ? 1 : 0), 0);
  return nullCount === 0
    ? { nullBitmap: undefined, nullCount }
    : { nullBitmap: bits(cells.map((cell) => cell !== null)), nullCount };
}

function bits(flags: readonly boolean[]): Uint8Array {
  const result = new Uint8Array(Math.ceil(flags.length / 64) * 8);
  flags.forEach((flag, i) => {
    if (flag) result[i >> 3]! |= 1 << (i & 7);
  });
  return result;
}
