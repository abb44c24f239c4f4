import { ItoolError, type JsonValue } from '@itool/record';

function position(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

/** Whether a text fails only because it ends too early. */
function isIncomplete(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    return /end of JSON input|Unterminated/.test(message) || message.includes(`at position ${text.length}`);
  }
}

/**
 * Offset of the first character that cannot go on as JSON, or the end of a truncated text. JSON.parse names it only in some of
 * its messages, so it is searched: it ends the longest prefix that fails only for being too short.
 */
function failureOffset(text: string): number {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (isIncomplete(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
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
      throw badJson(file, position(text, failureOffset(text)), cause);
    }
  }
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as JsonValue];
    } catch (cause) {
      throw badJson(file, `line ${i + 1}, column ${failureOffset(line) + 1}`, cause);
    }
  });
}
