import { PySyntaxError } from './py-syntax-error.ts';
import { characterByName } from './unicode-names.ts';

const SIMPLE: Record<string, string> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const HEX_LENGTHS: Record<string, number> = { x: 2, u: 4, U: 8 };

function readHex(body: string, pos: number, length: number): number {
  const digits = body.slice(pos, pos + length);
  if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) throw new PySyntaxError('truncated escape');
  return Number.parseInt(digits, 16);
}

/** The text of a literal's body, without prefix and quotes. In bytes, `\u`, `\U` and `\N` are no escapes. */
export function unescapeBody(body: string, bytes: boolean): string {
  let text = '';
  let pos = 0;
  while (pos < body.length) {
    const char = body[pos++]!;
    if (char !== '\\') {
      text += char;
      continue;
    }
    const next = body[pos++] ?? '';
    const hexLength = bytes && next !== 'x' ? undefined : HEX_LENGTHS[next];
    const octal = /^[0-7]{1,3}/.exec(body.slice(pos - 1, pos + 2))?.[0];
    if (SIMPLE[next] !== undefined) text += SIMPLE[next];
    else if (octal) {
      const code = Number.parseInt(octal, 8);
      text += String.fromCharCode(bytes ? code & 0xff : code);
      pos += octal.length - 1;
    } else if (hexLength) {
      const code = readHex(body, pos, hexLength);
      if (code > 0x10ffff) throw new PySyntaxError('illegal Unicode character');
      text += String.fromCodePoint(code);
      pos += hexLength;
    } else if (next === 'N' && !bytes) {
      const name = /^\{([^}]+)\}/.exec(body.slice(pos));
      const named = name ? characterByName(name[1]!) : undefined;
      if (!name || named === undefined) throw new PySyntaxError('unknown Unicode character name');
      text += named;
      pos += name[0].length;
    } else text += `\\${next}`;
  }
  return text;
}
