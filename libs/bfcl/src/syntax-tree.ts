import { ItoolError } from '@itool/record';
import type Parser from 'tree-sitter';
import { PySyntaxError } from './py-syntax-error.ts';

export type SyntaxNode = Parser.SyntaxNode;

/**
 * The official evaluation parses Java and JavaScript with tree-sitter and pins the grammars 0.21.0 and 0.21.4; which texts count
 * as broken is a matter of that parser's error recovery, so the same parser with the same grammars is used here.
 */
const GRAMMARS = { java: 'tree-sitter-java', javascript: 'tree-sitter-javascript' } as const;

export type TreeLanguage = keyof typeof GRAMMARS;

/**
 * Most tokens a text may have. Error recovery of the parser takes more than linear time (minutes for a megabyte of quotes), hence
 * a bound; the official generation limit of 4,096 model tokens leaves room for no more.
 */
const MAX_TOKENS = 4096;

const parsers = new Map<TreeLanguage, Parser>();

function parserOf(language: TreeLanguage): Parser {
  const known = parsers.get(language);
  if (known !== undefined) return known;
  try {
    const TreeSitter = require('tree-sitter') as new () => Parser;
    const parser = new TreeSitter();
    parser.setLanguage(require(GRAMMARS[language]));
    parsers.set(language, parser);
    return parser;
  } catch (cause) {
    throw new ItoolError({
      code: 'backend',
      message: `bfcl: parser for ${language} cannot be loaded: ${process.platform}-${process.arch} (linux-x64, darwin-x64, darwin-arm64, win32-x64)`,
      hint: `${GRAMMARS[language]} and tree-sitter come with binaries for these platforms; elsewhere leave the category out.`,
      cause,
    });
  }
}

const WORD = /[\p{L}\p{N}_$]+/uy;

/** Length of the string literal that starts here, with the number of its escapes; undefined when it is not closed on its line. */
function closedLiteral(text: string, start: number): { length: number; escapes: number } | undefined {
  let escapes = 0;
  for (let pos = start + 1; pos < text.length && text[pos] !== '\n'; pos++) {
    if (text[pos] === text[start]) return { length: pos + 1 - start, escapes };
    if (text[pos] === '\\') {
      escapes++;
      pos++;
    }
  }
  return undefined;
}

/** Whether a text has at most so many tokens; a closed string literal is one token and one more for each escape in it. */
function isShort(text: string, limit: number): boolean {
  let tokens = 0;
  // Up to here no string literal is closed; looking once per line keeps the count linear.
  let unclosed_until = 0;
  for (let pos = 0; pos < text.length && tokens <= limit; ) {
    const char = text[pos]!;
    pos++;
    if (char === ' ' || char === '\n' || char === '\t') continue;
    tokens++;
    WORD.lastIndex = pos - 1;
    const word = WORD.exec(text)?.[0];
    if (word !== undefined) pos += word.length - 1;
    else if ((char === '"' || char === "'") && pos > unclosed_until) {
      const literal = closedLiteral(text, pos - 1);
      if (literal === undefined) {
        const line_end = text.indexOf('\n', pos);
        unclosed_until = line_end < 0 ? text.length : line_end;
      } else {
        pos += literal.length - 1;
        tokens += literal.escapes;
      }
    }
  }
  return tokens <= limit;
}

function hasErrorNode(node: SyntaxNode): boolean {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.type === 'ERROR') return true;
    for (const child of next.children) if (child.type === 'ERROR' || child.hasError) pending.push(child);
  }
  return false;
}

/**
 * Root of the syntax tree of a text. Throws `PySyntaxError` when the tree has an error node; a token that the parser added because
 * it is missing is no error, as in the original (specification 3.5). Offsets of nodes count UTF-16 units.
 */
export function parseTree(language: TreeLanguage, text: string): SyntaxNode {
  if (/[\ud800-\udfff]/u.test(text)) throw new PySyntaxError('source cannot be encoded');
  if (!isShort(text, MAX_TOKENS)) throw new PySyntaxError(`source has more than ${MAX_TOKENS} tokens`);
  // The binding reads a text in one piece and needs a buffer as large as the text.
  const { rootNode } = parserOf(language).parse(text, undefined, { bufferSize: 2 * text.length + 1024 });
  if (rootNode.hasError && hasErrorNode(rootNode)) {
    throw new PySyntaxError(
      language === 'java' ? 'Error parsing java the source code.' : 'Error js parsing the source code.',
    );
  }
  return rootNode;
}
