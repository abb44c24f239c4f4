import { ItoolError } from '@itool/record';

/** Length in bytes of the longest valid UTF-8 prefix. */
function validPrefix(bytes: Uint8Array): number {
  const decodes = (end: number): boolean => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/**
 * Text of a file, without a byte order mark.
 * @throws ItoolError bad_data for an empty file, or naming the first byte that is not UTF-8
 */
export function readText(bytes: Uint8Array, file: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ItoolError({
      code: 'bad_data',
      message: `dialogue: file is not UTF-8: ${file}, byte ${validPrefix(bytes)} (expected UTF-8 text)`,
      hint: 'Convert the file to UTF-8; a Parquet file wants the format hf-parquet.',
      cause,
    });
  }
  if (text.trim() === '') {
    throw new ItoolError({
      code: 'bad_data',
      message: `dialogue: file is empty: ${file} (expected a JSON array or JSON Lines)`,
      hint: 'Fetch the file again.',
    });
  }
  return text;
}
