const OPENING = '([{';
const CLOSING = ')]}';

/** End of a string literal that starts at `at`, or undefined when it is not closed on its line (or at all, if triple-quoted). */
function literalEnd(source: string, at: number): number | undefined {
  const quote = source.startsWith(source[at]!.repeat(3), at) ? source[at]!.repeat(3) : source[at]!;
  for (let i = at + quote.length; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source.startsWith(quote, i)) return i + quote.length;
    else if (source[i] === '\n' && quote.length === 1) return undefined;
  }
  return undefined;
}

function fault(source: string): { text: string; line: number } {
  const open: { char: string; line: number }[] = [];
  let line = 1;
  for (let i = 0; i < source.length; i++) {
    const char = source[i]!;
    if (char === '\n') line++;
    else if (char === '"' || char === "'") {
      const end = literalEnd(source, i);
      if (end === undefined) {
        const kind = source.startsWith(char.repeat(3), i) ? 'triple-quoted string' : 'string';
        return { text: `unterminated ${kind} literal (detected at line ${line})`, line };
      }
      line += source.slice(i, end).split('\n').length - 1;
      i = end - 1;
    } else if (OPENING.includes(char)) open.push({ char, line });
    else if (CLOSING.includes(char)) {
      const last = open.pop();
      if (last === undefined) return { text: `unmatched '${char}'`, line };
      if (OPENING.indexOf(last.char) !== CLOSING.indexOf(char)) {
        return { text: `closing parenthesis '${char}' does not match opening parenthesis '${last.char}'`, line };
      }
    }
  }
  const last = open.pop();
  if (last) return { text: `'${last.char}' was never closed`, line: last.line };
  const constant = /\b(None|True|False)\s*=(?!=)/.exec(source);
  return { text: constant ? `cannot assign to ${constant[1]}` : 'invalid syntax', line: 1 };
}

/**
 * `str` of the SyntaxError that Python raises for a text that is no expression: brackets and string literals as CPython words
 * them, every other fault as "invalid syntax".
 */
export function syntaxMessage(source: string): string {
  const { text, line } = fault(source);
  return `${text} (<string>, line ${line})`;
}
