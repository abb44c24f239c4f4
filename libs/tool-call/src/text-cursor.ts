/** A position in a text, and the position-stamped failure of everything that reads from it. */
export type TextCursor = { readonly text: string; pos: number };

/** Thrown inside the reader only; `parseCalls` turns it into a `syntaxError` result. */
export class CallSyntaxError extends Error {
  readonly pos: number;

  constructor(message: string, pos: number) {
    super(message);
    this.pos = pos;
  }
}

export function skipSpace(cursor: TextCursor): void {
  while (cursor.pos < cursor.text.length && /\s/.test(cursor.text[cursor.pos]!)) cursor.pos++;
}

/** The character at the cursor after white space, or `''` at the end. */
export function peek(cursor: TextCursor): string {
  skipSpace(cursor);
  return cursor.text[cursor.pos] ?? '';
}

/** Takes `char` when it comes next after white space. */
export function accept(cursor: TextCursor, char: string): boolean {
  if (peek(cursor) !== char) return false;
  cursor.pos++;
  return true;
}

export function fail(cursor: TextCursor, expected: string): never {
  const found = cursor.pos < cursor.text.length ? JSON.stringify(cursor.text[cursor.pos]) : 'the end';
  throw new CallSyntaxError(`expected ${expected}, found ${found} at ${cursor.pos}`, cursor.pos);
}
