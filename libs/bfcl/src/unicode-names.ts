/**
 * Characters for `\N{...}` escapes. JavaScript has no name table, so this covers ASCII, common punctuation, currency and
 * mathematical signs, the basic Latin and Greek letters and the computed names of CJK ideographs; other names do not decode here
 * although Python knows them.
 */
const NAMES: Readonly<Record<string, string>> = {
  SPACE: ' ',
  'EXCLAMATION MARK': '!',
  'QUOTATION MARK': '"',
  'NUMBER SIGN': '#',
  'DOLLAR SIGN': '$',
  'PERCENT SIGN': '%',
  AMPERSAND: '&',
  APOSTROPHE: "'",
  'LEFT PARENTHESIS': '(',
  'RIGHT PARENTHESIS': ')',
  ASTERISK: '*',
  'PLUS SIGN': '+',
  COMMA: ',',
  'HYPHEN-MINUS': '-',
  'FULL STOP': '.',
  SOLIDUS: '/',
  COLON: ':',
  SEMICOLON: ';',
  'LESS-THAN SIGN': '<',
  'EQUALS SIGN': '=',
  'GREATER-THAN SIGN': '>',
  'QUESTION MARK': '?',
  'COMMERCIAL AT': '@',
  'LEFT SQUARE BRACKET': '[',
  'REVERSE SOLIDUS': '\\',
  'RIGHT SQUARE BRACKET': ']',
  'CIRCUMFLEX ACCENT': '^',
  'LOW LINE': '_',
  'GRAVE ACCENT': '`',
  'LEFT CURLY BRACKET': '{',
  'VERTICAL LINE': '|',
  'RIGHT CURLY BRACKET': '}',
  TILDE: '~',
  'NO-BREAK SPACE': '\u00a0',
  'INVERTED EXCLAMATION MARK': '¡',
  'CENT SIGN': '¢',
  'POUND SIGN': '£',
  'YEN SIGN': '¥',
  'SECTION SIGN': '§',
  'COPYRIGHT SIGN': '©',
  'REGISTERED SIGN': '®',
  'DEGREE SIGN': '°',
  'PLUS-MINUS SIGN': '±',
  'SUPERSCRIPT TWO': '²',
  'SUPERSCRIPT THREE': '³',
  'MICRO SIGN': 'µ',
  'MIDDLE DOT': '·',
  'INVERTED QUESTION MARK': '¿',
  'MULTIPLICATION SIGN': '×',
  'DIVISION SIGN': '÷',
  'LATIN SMALL LETTER SHARP S': 'ß',
  'LATIN SMALL LETTER AE': 'æ',
  'ZERO WIDTH SPACE': '\u200b',
  'EN DASH': '–',
  'EM DASH': '—',
  'LEFT SINGLE QUOTATION MARK': '‘',
  'RIGHT SINGLE QUOTATION MARK': '’',
  'LEFT DOUBLE QUOTATION MARK': '“',
  'RIGHT DOUBLE QUOTATION MARK': '”',
  BULLET: '•',
  'HORIZONTAL ELLIPSIS': '…',
  'EURO SIGN': '€',
  'INDIAN RUPEE SIGN': '₹',
  'TRADE MARK SIGN': '™',
  'LEFTWARDS ARROW': '←',
  'UPWARDS ARROW': '↑',
  'RIGHTWARDS ARROW': '→',
  'DOWNWARDS ARROW': '↓',
  'MINUS SIGN': '−',
  'SQUARE ROOT': '√',
  INFINITY: '∞',
  'ALMOST EQUAL TO': '≈',
  'NOT EQUAL TO': '≠',
  'LESS-THAN OR EQUAL TO': '≤',
  'GREATER-THAN OR EQUAL TO': '≥',
  'BLACK STAR': '★',
  'CHECK MARK': '✓',
  'BLACK HEART SUIT': '♥',
  SNOWMAN: '☃',
  'REPLACEMENT CHARACTER': '\ufffd',
  'GRINNING FACE': '😀',
};
const DIGITS = ['ZERO', 'ONE', 'TWO', 'THREE', 'FOUR', 'FIVE', 'SIX', 'SEVEN', 'EIGHT', 'NINE'];
const MARKS: Readonly<Record<string, string>> = {
  GRAVE: '\u0300',
  ACUTE: '\u0301',
  CIRCUMFLEX: '\u0302',
  TILDE: '\u0303',
  MACRON: '\u0304',
  DIAERESIS: '\u0308',
  'RING ABOVE': '\u030a',
  CARON: '\u030c',
  CEDILLA: '\u0327',
};
const GREEK =
  'ALPHA BETA GAMMA DELTA EPSILON ZETA ETA THETA IOTA KAPPA LAMDA MU NU XI OMICRON PI RHO FINAL_SIGMA SIGMA TAU UPSILON PHI CHI PSI OMEGA'.split(
    ' ',
  );

/** The character of a Unicode name (upper or lower case), or undefined when the name is unknown here. */
export function characterByName(name: string): string | undefined {
  const upper = name.toUpperCase();
  if (Object.hasOwn(NAMES, upper)) return NAMES[upper];
  const latin = /^LATIN (SMALL|CAPITAL) LETTER ([A-Z])(?: WITH ([A-Z ]+))?$/.exec(upper);
  if (latin) {
    const letter = latin[1] === 'SMALL' ? latin[2]!.toLowerCase() : latin[2]!;
    if (latin[3] === undefined) return letter;
    const mark = Object.hasOwn(MARKS, latin[3]) ? MARKS[latin[3]] : undefined;
    const composed = mark === undefined ? '' : (letter + mark).normalize('NFC');
    return composed.length === 1 ? composed : undefined;
  }
  const greek = /^GREEK (SMALL|CAPITAL) LETTER ([A-Z ]+)$/.exec(upper);
  const index = greek ? GREEK.indexOf(greek[2]!.replace(' ', '_')) : -1;
  if (greek && index >= 0) {
    if (greek[1] === 'CAPITAL' && GREEK[index] === 'FINAL_SIGMA') return undefined;
    return String.fromCharCode((greek[1] === 'SMALL' ? 0x3b1 : 0x391) + index);
  }
  const digit = /^DIGIT ([A-Z]+)$/.exec(upper);
  if (digit && DIGITS.includes(digit[1]!)) return String(DIGITS.indexOf(digit[1]!));
  const ideograph = /^CJK UNIFIED IDEOGRAPH-([0-9A-F]{4,5})$/.exec(upper);
  const code = ideograph ? Number.parseInt(ideograph[1]!, 16) : 0;
  return code >= 0x4e00 && code <= 0x9fff ? String.fromCharCode(code) : undefined;
}
