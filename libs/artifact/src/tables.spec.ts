import fc from 'fast-check';
import { COLUMN_TYPES, type Columns, type ColumnType, plainType, type Row } from './columns.ts';
import { readParquet } from './read-parquet.ts';
import { readColumns, readTable } from './read-table.ts';
import { writeParquet } from './write-parquet.ts';
import { writeTable } from './write-table.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const isNegativeZero = (v: number) => Object.is(v, -0);
const float32 = fc.float({ noNaN: true }).filter((v) => !isNegativeZero(v));

function cellOf(type: ColumnType): fc.Arbitrary<Row[string]> {
  const plain: Record<ReturnType<typeof plainType>, fc.Arbitrary<Row[string]>> = {
    utf8: fc.string({ unit: 'grapheme' }),
    int32,
    float64: fc.double({ noNaN: true }).filter((v) => !isNegativeZero(v)),
    float32,
    bool: fc.boolean(),
    'list<int32>': fc.array(int32),
    'list<float32>': fc.array(float32),
  };
  return type.endsWith('?') ? fc.option(plain[plainType(type)]) : plain[plainType(type)];
}

const columns = Object.fromEntries(COLUMN_TYPES.map((type, i) => [`c${i}/${type}`, type])) as Columns;
const row = fc.record(
  Object.fromEntries(Object.entries(columns).map(([name, type]) => [name, cellOf(type)])),
) as unknown as fc.Arbitrary<Row>;
const rows = fc.array(row, { maxLength: 30 });

describe('Arrow tables', () => {
  it('give back the rows, and the same bytes for the same rows', () => {
    fc.assert(
      fc.property(rows, (written) => {
        const bytes = writeTable(written as never[], columns);
        expect(readTable(bytes)).toEqual(written);
        expect(Buffer.from(writeTable(structuredClone(written) as never[], columns)).equals(bytes)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps columns of a table without rows', () => {
    const read = readColumns(writeTable([], { a: 'utf8', b: 'list<int32>' }));
    expect([read.rows, read.names, read.cells('a'), read.int32Lists('b').offsets]).toEqual([
      0,
      ['a', 'b'],
      [],
      Int32Array.of(0),
    ]);
  });

  it('reads lists without boxing across record batches', () => {
    const many = Array.from({ length: 40_000 }, (_, i) => ({
      ids: Array.from({ length: i % 3 }, (_x, k) => i + k),
      r: i / 2,
    }));
    const read = readColumns(writeTable(many, { ids: 'list<int32>', r: 'float32' }));
    const { values, offsets } = read.int32Lists('ids');
    expect(values).toBeInstanceOf(Int32Array);
    expect(Array.from(values.subarray(offsets[39_998]!, offsets[39_999]!))).toEqual(many[39_998]!.ids);
    expect(offsets[40_000]).toBe(values.length);
    expect(read.numbers('r')[39_999]).toBe(19_999.5);
    expect(() => read.float32Lists('ids')).toThrow('column ids is not of type list<float32>');
    expect(() => read.cells('id')).toThrow('no column: id (valid: ids, r)');
  });

  it.each([
    [{ a: 1.5 }, 'row 0: column a wants int32: 1.5'],
    [{ a: 2 ** 31 }, 'row 0: column a wants int32: 2147483648'],
    [{ a: null }, 'row 0: column a wants int32: null'],
    [{}, 'row 0: column a wants int32: undefined'],
    [{ a: 1, b: 2 }, 'row 0: no such column: b (valid: a)'],
  ])('refuses %j', (bad, message) => expect(() => writeTable([bad as { a: number }], { a: 'int32' })).toThrow(message));

  it('refuses lists with other items', () => {
    const write = (ids: unknown, type: 'list<int32>' | 'list<float32>') => () =>
      writeTable([{ a: ids as number[] }], { a: type });
    expect(write([1, 2.5], 'list<int32>')).toThrow('row 0: column a wants list<int32>: [1,2.5]');
    expect(write([1, '2'], 'list<float32>')).toThrow('row 0: column a wants list<float32>: [1,"2"]');
    expect(write(Uint8Array.of(1), 'list<float32>')).not.toThrow();
  });

  it('refuses bytes that are no table', () =>
    expect(() => readTable(Buffer.from('no'))).toThrow('not an Arrow IPC file'));
});

describe('Parquet tables', () => {
  it('give back the rows, and the same bytes for the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        const bytes = await writeParquet(written as never[], columns);
        expect(await readParquet(bytes)).toEqual(written);
        expect(Buffer.from(await writeParquet(written as never[], columns)).equals(bytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('writes several row groups', async () => {
    const many = Array.from({ length: 9000 }, (_, i) => ({ i, text: `row ${i}` }));
    expect(await readParquet(await writeParquet(many, { i: 'int32', text: 'utf8' }))).toEqual(many);
  });

  it('turns NaN into null where the column allows it and refuses it elsewhere', async () => {
    expect(await readParquet(await writeParquet([{ p: Number.NaN }], { p: 'float64?' }))).toEqual([{ p: null }]);
    await expect(writeParquet([{ p: Number.NaN }], { p: 'float64' })).rejects.toThrow('row 0: column p is NaN');
  });

  it('refuses bytes that are no Parquet file', async () => {
    await expect(readParquet(Buffer.from('no'))).rejects.toThrow('cannot read Parquet file');
  });
});
