import { type PyToken, tokenizePython } from './py-lexer.ts';
import { PySyntaxError } from './py-syntax-error.ts';

/** Names that Python 3.11 reserves; they are no identifiers. */
const KEYWORDS = new Set(
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield'.split(
    ' ',
  ),
);

/** Read access to the tokens of one source text. Operators and keywords are tested by their text. */
export type PyTokenStream = {
  token(): PyToken;
  /** The token after the current one. */
  following(): PyToken;
  advance(): PyToken;
  /** Whether the current token is this operator or keyword. */
  at(text: string): boolean;
  /** Takes the operator or keyword when it is the current token. */
  accept(text: string): boolean;
  expect(text: string): void;
  identifier(): string;
  /** Position to return to with `rewind`. */
  mark(): number;
  rewind(mark: number): void;
};

export function isIdentifier(token: PyToken): boolean {
  return token.type === 'name' && !KEYWORDS.has(token.text);
}

export function createPyTokenStream(source: string): PyTokenStream {
  const tokens = tokenizePython(source);
  let pos = 0;
  const token = () => tokens[Math.min(pos, tokens.length - 1)]!;
  const following = () => tokens[Math.min(pos + 1, tokens.length - 1)]!;
  const advance = () => {
    const current = token();
    pos++;
    return current;
  };
  const at = (text: string) => {
    const current = token();
    return (current.type === 'op' || (current.type === 'name' && KEYWORDS.has(text))) && current.text === text;
  };
  const accept = (text: string) => {
    if (!at(text)) return false;
    pos++;
    return true;
  };
  return {
    token,
    following,
    advance,
    at,
    accept,
    expect(text) {
      if (!accept(text)) throw new PySyntaxError(`expected "${text}"`);
    },
    identifier() {
      const current = token();
      if (current.type !== 'name' || KEYWORDS.has(current.text)) throw new PySyntaxError('expected a name');
      pos++;
      return current.text;
    },
    mark: () => pos,
    rewind(mark) {
      pos = mark;
    },
  };
}
