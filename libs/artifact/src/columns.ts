import { ItoolError } from '@itool/record';
import { z } from 'zod';

/** Types of table columns; a trailing `?` lets cells be null. */
export const COLUMN_TYPES = [
  'utf8',
  'int32',
  'float64',
  'float32',
  'bool',
  'list<int32>',
  'list<float32>',
  'utf8?',
  'int32?',
  'float64?',
  'float32?',
  'bool?',
  'list<int32>?',
  'list<float32>?',
] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

/** Columns of a table by name, in the order in which they are written. */
export type Columns = { readonly [name: string]: ColumnType };

/** Columns in a form that keeps their order through canonical JSON. */
export const columnListSchema = z.array(z.strictObject({ name: z.string(), type: z.enum(COLUMN_TYPES) }));
export type ColumnList = z.infer<typeof columnListSchema>;

export type Cell = string | number | boolean | null | number[];
export type Row = { [column: string]: Cell };

type CellOf<T extends ColumnType> = T extends `${infer Plain}?`
  ? Plain extends ColumnType
    ? CellOf<Plain> | null
    : never
  : T extends 'utf8'
    ? string
    : T extends 'bool'
      ? boolean
      : T extends 'list<int32>'
        ? ArrayLike<number>
        : T extends 'list<float32>'
          ? ArrayLike<number>
          : number;

/** Row that a table with columns `C` takes. */
export type RowOf<C extends Columns> = { readonly [K in keyof C]: CellOf<C[K]> };

export function columnList(columns: Columns): ColumnList {
  return Object.entries(columns).map(([name, type]) => ({ name, type }));
}

export function isNullable(type: ColumnType): boolean {
  return type.endsWith('?');
}

/** The type without `?`. */
export function plainType(
  type: ColumnType,
): 'utf8' | 'int32' | 'float64' | 'float32' | 'bool' | 'list<int32>' | 'list<float32>' {
  return type.replace('?', '') as ReturnType<typeof plainType>;
}

/**
 * Checks that rows have exactly these columns and cells of their types.
 *
 * @throws ItoolError bad_data with column and row number
 */
export function checkRows(rows: readonly object[], columns: Columns): void {
  const names = Object.keys(columns);
  const types = names.map((name) => columns[name]!);
  rows.forEach((row, index) => {
    const cells = row as { readonly [column: string]: unknown };
    for (let c = 0; c < names.length; c++) {
      const cell = cells[names[c]!];
      if (!fits(cell, types[c]!)) {
        const shown = JSON.stringify(cell) ?? 'undefined';
        throw new ItoolError({
          code: 'bad_data',
          message: `artifact: row ${index}: column ${names[c]} wants ${types[c]}: ${shown.length > 80 ? `${shown.slice(0, 80)}...` : shown}`,
          hint: 'A column whose cells may be missing is declared with "?" and holds null.',
        });
      }
    }
    for (const key in cells) {
      if (Object.hasOwn(columns, key)) continue;
      throw new ItoolError({
        code: 'bad_data',
        message: `artifact: row ${index}: no such column: ${key} (valid: ${names.join(', ')})`,
        hint: 'Declare the column or leave the member out.',
      });
    }
  });
}

function fits(cell: unknown, type: ColumnType): boolean {
  if (cell === null) return isNullable(type);
  switch (plainType(type)) {
    case 'utf8':
      return typeof cell === 'string';
    case 'bool':
      return typeof cell === 'boolean';
    case 'int32':
      return typeof cell === 'number' && (cell | 0) === cell;
    case 'float32':
    case 'float64':
      return typeof cell === 'number';
    case 'list<int32>':
      return (
        cell instanceof Int32Array ||
        (isList(cell) && Array.prototype.every.call(cell, (v: unknown) => (Number(v) | 0) === v))
      );
    case 'list<float32>':
      return (
        cell instanceof Float32Array ||
        (isList(cell) && Array.prototype.every.call(cell, (v: unknown) => typeof v === 'number'))
      );
  }
}

function isList(cell: unknown): cell is ArrayLike<number> {
  return Array.isArray(cell) || (ArrayBuffer.isView(cell) && !(cell instanceof DataView));
}
