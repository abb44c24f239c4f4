import { readParquet } from '@itool/artifact';
import { assignRowIds, ItoolError, type JsonObject, type JsonValue } from '@itool/record';
import {
  type Counts,
  type Draft,
  type FinishedRow,
  finishDraft,
  type ReadOptions,
  type ReadResult,
} from './dialogue-draft.ts';
import { isObject } from './json-cell.ts';
import { readOpenAi } from './read-openai.ts';
import { readRecords } from './read-records.ts';
import { readRlla } from './read-rlla.ts';
import { readShareGpt } from './read-sharegpt.ts';
import { readText } from './read-text.ts';

export const DIALOGUE_FORMATS = ['toolace', 'sharegpt', 'rlla', 'openai', 'hf-parquet'] as const;
export type DialogueFormat = (typeof DIALOGUE_FORMATS)[number];

type TextFormat = Exclude<DialogueFormat, 'hf-parquet'>;

const READERS: Readonly<Record<TextFormat, { members: readonly string[]; read: (record: JsonObject) => Draft }>> = {
  toolace: { members: ['system', 'conversations'], read: readShareGpt },
  sharegpt: { members: ['conversations'], read: readShareGpt },
  rlla: { members: ['instruction', 'input', 'output'], read: readRlla },
  openai: { members: ['messages'], read: readOpenAi },
};

/** The format whose members a Parquet row has as columns. */
function formatOfColumns(row: JsonObject, source: string): TextFormat {
  const order: readonly TextFormat[] = ['openai', 'sharegpt', 'rlla'];
  const format = order.find((name) => READERS[name].members.every((member) => member in row));
  if (format !== undefined) return format;
  throw new ItoolError({
    code: 'bad_data',
    message: `dialogue: unknown Parquet columns: ${source}, ${Object.keys(row).join(', ')} (messages with tools; conversations with system or tools; instruction, input, output)`,
    hint: 'Rename the columns, or convert the rows to the OpenAI messages form.',
  });
}

/** Parquet cells as JSON: integers of 64 bits become numbers, bytes become text. */
function plain(value: unknown): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  }
  return (value ?? null) as JsonValue;
}

function count(counts: Counts, reason: string): void {
  const found = counts.find((entry) => entry.reason === reason);
  if (found === undefined) counts.push({ reason, count: 1 });
  else found.count++;
}

function readAll(records: readonly JsonValue[], format: TextFormat, family: string, source: string): ReadResult {
  const { members, read } = READERS[format];
  const fits = (record: JsonValue): record is JsonObject =>
    isObject(record) && members.every((member) => member in record);
  if (!records.some(fits)) {
    const first = records[0];
    throw new ItoolError({
      code: 'bad_data',
      message: `dialogue: no row has the form of the format ${format}: ${source}, row 1 has ${isObject(first) ? Object.keys(first).join(', ') || 'no members' : 'no object'} (expected members: ${members.join(', ')})`,
      hint: `Choose the format that fits the file (${DIALOGUE_FORMATS.join(', ')}).`,
    });
  }
  const dropped: Counts = [];
  const notes: Counts = [];
  const rows: FinishedRow[] = [];
  for (const record of records) {
    const finished = fits(record) ? finishDraft(read(record), source, family) : 'row lacks members of the format';
    if (typeof finished === 'string') count(dropped, finished);
    else {
      rows.push(finished.row);
      for (const note of finished.notes) count(notes, note);
    }
  }
  return { rows: assignRowIds(rows), dropped, notes };
}

/**
 * Dialogue rows of a file. Text formats may be a JSON array or JSON Lines. Calls in assistant turns are written in the Python
 * dialect, tool results stay, and a dialogue ends with its last assistant turn. Every record that is left out is counted.
 * @throws ItoolError bad_data for text that is not UTF-8, empty, broken or truncated JSON (with its position), or when no row has
 * the form of `format`; corrupt_artifact for a broken Parquet file
 */
export async function readDialogues(
  format: DialogueFormat,
  bytes: Uint8Array,
  { source }: ReadOptions,
): Promise<ReadResult> {
  if (format !== 'hf-parquet') return readAll(readRecords(readText(bytes, source), source), format, format, source);
  const records = (await readParquet<object>(bytes)).map((row) => plain(row) as JsonObject);
  if (records[0] === undefined) return { rows: [], dropped: [], notes: [] };
  return readAll(records, formatOfColumns(records[0], source), format, source);
}
