import { ItoolError, type JsonValue } from '@itool/record';

function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

/** Offset at which JSON.parse gave up; the end of the text when the message names none (a truncated text). */
function failureOffset(error: unknown, text: string): number {
  const named = /at position (\d+)/.exec((error as Error).message);
  return named === null ? text.length : Number(named[1]);
}

function badJson(file: string, where: string, cause: unknown): ItoolError {
  return new ItoolError({
    code: 'bad_data',
    message: `dialogue: file is not valid JSON: ${file}, ${where} (expected a JSON array or JSON Lines)`,
    hint: 'The file may have been cut short: fetch it again, or remove the broken row.',
    cause,
  });
}

/**
 * Records of a JSON array or of JSON Lines (a text that starts with `[` is an array).
 * @throws ItoolError bad_data that names line and column of broken or truncated JSON
 */
export function readRecords(text: string, file: string): JsonValue[] {
  if (text.trimStart().startsWith('[')) {
    try {
      return JSON.parse(text) as JsonValue[];
    } catch (cause) {
      throw badJson(file, position(text, failureOffset(cause, text)), cause);
    }
  }
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as JsonValue];
    } catch (cause) {
      throw badJson(file, `line ${i + 1}, column ${failureOffset(cause, line) + 1}`, cause);
    }
  });
}
