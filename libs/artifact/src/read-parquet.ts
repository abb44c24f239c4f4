import { ItoolError } from '@itool/record';
import { type AsyncBuffer, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { type Cell, columnListSchema, type Row } from './columns.ts';
import { COLUMNS_KEY } from './write-parquet.ts';

/**
 * Plain row objects of a Parquet file, ours or foreign. 64-bit integers become numbers where every value of the column is a safe
 * integer and decimal strings otherwise; lists of our own files are decoded, nested values of foreign files stay as they are.
 *
 * @throws ItoolError corrupt_artifact when `bytes` are no Parquet file
 */
export async function readParquet<R extends object = Row>(bytes: Uint8Array): Promise<R[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const file: AsyncBuffer = { byteLength: buffer.byteLength, slice: (start, end) => buffer.slice(start, end) };
  try {
    const metadata = parquetMetadata(buffer);
    const rows = (await parquetReadObjects({ file, metadata, compressors, utf8: false })) as Record<string, unknown>[];
    const own = metadata.key_value_metadata?.find((entry) => entry.key === COLUMNS_KEY)?.value;
    const lists =
      own === undefined ? [] : columnListSchema.parse(JSON.parse(own)).filter((c) => c.type.startsWith('list<'));
    for (const { name, type } of lists) {
      const isInt = type.startsWith('list<int32>');
      for (const row of rows) row[name] = decodeList(row[name], isInt);
    }
    for (const name of Object.keys(rows[0] ?? {})) plainIntegers(rows, name);
    for (const row of rows) for (const name in row) row[name] ??= null;
    return rows as R[];
  } catch (cause) {
    throw new ItoolError({
      code: 'corrupt_artifact',
      message: `artifact: cannot read Parquet file: ${(cause as Error).message}`,
      cause,
    });
  }
}

function decodeList(cell: unknown, isInt: boolean): Cell {
  if (!(cell instanceof Uint8Array)) return null;
  const copy = cell.slice().buffer;
  return Array.from(isInt ? new Int32Array(copy) : new Float32Array(copy));
}

function plainIntegers(rows: Record<string, unknown>[], name: string): void {
  if (!rows.some((row) => typeof row[name] === 'bigint')) return;
  const safe = rows.every((row) => typeof row[name] !== 'bigint' || Number.isSafeInteger(Number(row[name])));
  for (const row of rows) {
    const cell = row[name];
    if (typeof cell === 'bigint') row[name] = safe ? Number(cell) : cell.toString();
  }
}
