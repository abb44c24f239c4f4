import type { PyValue } from './py-value.ts';

function hex(code: number, length: number): string {
  return code.toString(16).padStart(length, '0');
}

const NAMED_ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Python `repr` of a str: single quotes unless only those occur inside; code points that are not printable are escaped. */
export function reprString(text: string): string {
  // Printable ASCII without quotes and backslashes, by far the most common case.
  if (/^[ !#-&(-[\]-~]*$/.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let body = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === quote) body += `\\${char}`;
    else if (NAMED_ESCAPES[char] !== undefined) body += NAMED_ESCAPES[char];
    else if (char === ' ' || !/[\p{C}\p{Z}]/u.test(char)) body += char;
    else if (code < 0x100) body += `\\x${hex(code, 2)}`;
    else body += code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
  }
  return quote + body + quote;
}

function reprBytes(bytes: string): string {
  const quote = bytes.includes("'") && !bytes.includes('"') ? '"' : "'";
  let body = '';
  for (const char of bytes) {
    if (char === quote) body += `\\${char}`;
    else if (NAMED_ESCAPES[char] !== undefined) body += NAMED_ESCAPES[char];
    else body += char >= ' ' && char <= '~' ? char : `\\x${hex(char.charCodeAt(0), 2)}`;
  }
  return `b${quote}${body}${quote}`;
}

/** Python `repr` of a float: shortest digits that round-trip, exponent form from 1e16 and below 1e-4. */
export function reprFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [digits, exponent] = value.toExponential().split('e') as [string, string];
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function reprComplex(re: number, im: number): string {
  const part = (value: number) => reprFloat(value).replace(/\.0$/, '');
  if (re === 0 && !Object.is(re, -0)) return `${part(im)}j`;
  const imaginary = part(im);
  return `(${part(re)}${/^[-]/.test(imaginary) ? '' : '+'}${imaginary}j)`;
}

/** Python `repr`. */
export function pyRepr(value: PyValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return reprFloat(value);
  if (typeof value === 'string') return reprString(value);
  if (Array.isArray(value)) return `[${value.map(pyRepr).join(', ')}]`;
  if (value.kind === 'bytes') return reprBytes(value.value);
  if (value.kind === 'complex') return reprComplex(value.re, value.im);
  if (value.kind === 'tuple') {
    return value.items.length === 1 ? `(${pyRepr(value.items[0]!)},)` : `(${value.items.map(pyRepr).join(', ')})`;
  }
  return `{${value.entries.map(([key, member]) => `${pyRepr(key)}: ${pyRepr(member)}`).join(', ')}}`;
}
