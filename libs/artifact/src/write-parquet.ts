import { Writable } from 'node:stream';
import { canonicalJson, ItoolError } from '@itool/record';
import { type ParquetField, ParquetSchema, ParquetWriter } from 'parquetjs-lite';
import { type Columns, type ColumnType, checkRows, columnList, isNullable, plainType, type RowOf } from './columns.ts';

/** Key-value metadata entry of our Parquet files: canonical JSON of the column list. */
export const COLUMNS_KEY = 'itool.columns';

const ROW_GROUP_ROWS = 4096;

const FIELD_TYPES: Record<ReturnType<typeof plainType>, ParquetField['type']> = {
  utf8: 'UTF8',
  int32: 'INT32',
  float64: 'DOUBLE',
  float32: 'FLOAT',
  bool: 'BOOLEAN',
  'list<int32>': 'BYTE_ARRAY',
  'list<float32>': 'BYTE_ARRAY',
};

/**
 * Parquet file of `rows`, GZIP, row groups of 4096 rows. Lists are stored as BYTE_ARRAY of little-endian 4-byte values, because
 * parquetjs-lite needs five times longer for nested lists and cannot tell null from an empty one; the entry `itool.columns` of the
 * key-value metadata says which columns these are. NaN has no place in parquetjs-lite: it
 * becomes null in a nullable column. Negative zero becomes zero.
 *
 * @throws ItoolError bad_data when a cell does not fit its column, or is NaN in a column that cannot be null
 */
export async function writeParquet<const C extends Columns>(
  rows: readonly RowOf<C>[],
  columns: C,
): Promise<Uint8Array> {
  checkRows(rows, columns);
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  const names = Object.keys(columns);
  const fields = Object.fromEntries(
    names.map((name): [string, ParquetField] => [
      name,
      { type: FIELD_TYPES[plainType(columns[name]!)], optional: isNullable(columns[name]!), compression: 'GZIP' },
    ]),
  );
  const writer = await ParquetWriter.openStream(new ParquetSchema(fields), sink, { rowGroupSize: ROW_GROUP_ROWS });
  writer.setMetadata(COLUMNS_KEY, canonicalJson(columnList(columns)));
  for (const [index, row] of rows.entries()) {
    const cells: Record<string, unknown> = {};
    for (const name of names) {
      const cell = parquetCell((row as { [column: string]: unknown })[name], columns[name]!, name, index);
      if (cell !== null) cells[name] = cell;
    }
    await writer.appendRow(cells);
  }
  await writer.close();
  return Buffer.concat(chunks);
}

function parquetCell(cell: unknown, type: ColumnType, name: string, index: number): unknown {
  if (cell === null) return null;
  const plain = plainType(type);
  if (plain === 'list<int32>') return Buffer.from(Int32Array.from(cell as ArrayLike<number>).buffer);
  if (plain === 'list<float32>') return Buffer.from(Float32Array.from(cell as ArrayLike<number>).buffer);
  if (!Number.isNaN(cell)) return cell;
  if (isNullable(type)) return null;
  throw new ItoolError({
    code: 'bad_data',
    message: `artifact: row ${index}: column ${name} is NaN, which this Parquet writer cannot store`,
    hint: `Declare the column as ${type}? so that it becomes null.`,
  });
}
