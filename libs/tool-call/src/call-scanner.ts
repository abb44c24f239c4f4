/**
 * What a fragment may end with: `argument` a comma between arguments, `separator` a comma between calls, `call` the bracket that
 * closes a call, `list` the outermost `]`, `sentence` a sentence mark followed by white space, `newline` a line break in prose,
 * `char` one of `, . )` in `chars` mode.
 */
export type BoundaryKind = 'argument' | 'separator' | 'call' | 'list' | 'sentence' | 'newline' | 'char';

/** `offset`: UTF-16 position just after the boundary, counted from the start of the scanned text. */
export type Boundary = { kind: BoundaryKind; offset: number };

/** `structural` follows the grammar (specification 6.2); `chars` is the literal rule: any piece with `,`, `.` or `)`. */
export type ScanMode = 'structural' | 'chars';

/** Plain data, so that a search node can be saved with it. */
export type ScannerState = {
  mode: ScanMode;
  offset: number;
  /** Open brackets; the lowest is `[` in a list of calls and `(` in a call without list. */
  stack: string;
  /** Quote character of the open string, or empty. */
  quote: string;
  escaped: boolean;
  /** Last character scanned, or empty at the start. */
  last: string;
  /** Whether anything but white space and back-ticks has been seen. */
  begun: boolean;
};

export type CallScanner = {
  /** Scans the next piece of text and reports the boundaries inside it, in order. Any boundary ends the fragment at this piece. */
  feed(piece: string): Boundary[];
  /** An independent scanner in the same state. */
  clone(): CallScanner;
  state(): ScannerState;
};

function callDepth(stack: string): number {
  return stack.startsWith('[') ? 2 : 1;
}

function closeBracket(state: ScannerState): BoundaryKind | null {
  const closesCall = state.stack.length === callDepth(state.stack) && state.stack.endsWith('(');
  const closesList = state.stack === '[';
  state.stack = state.stack.slice(0, -1);
  return closesCall ? 'call' : closesList ? 'list' : null;
}

function scanProse(state: ScannerState, char: string): BoundaryKind | null {
  if (char === '[' && !state.begun) state.stack = '[';
  // Only a bracket that follows a name directly opens a call; "(for example)" in a sentence does not.
  else if (char === '(' && /[\p{L}\p{N}_]/u.test(state.last)) state.stack = '(';
  else if (char === '\n') return state.begun ? 'newline' : null;
  else if (/\s/.test(char) && /[.?!]/.test(state.last)) return 'sentence';
  return null;
}

function scanCalls(state: ScannerState, char: string): BoundaryKind | null {
  const inCall = state.stack.length >= callDepth(state.stack);
  if (inCall && (char === '"' || char === "'")) state.quote = char;
  else if (char === '(' || char === '[' || char === '{') state.stack += char;
  else if (char === ')' || char === ']' || char === '}') return closeBracket(state);
  else if (char === ',') {
    if (state.stack === '[') return 'separator';
    if (state.stack.length === callDepth(state.stack) && state.stack.endsWith('(')) return 'argument';
  }
  return null;
}

function scanString(state: ScannerState, char: string): null {
  if (state.escaped) state.escaped = false;
  else if (char === '\\') state.escaped = true;
  else if (char === state.quote) state.quote = '';
  return null;
}

function scanChar(state: ScannerState, char: string): BoundaryKind | null {
  let kind: BoundaryKind | null;
  if (state.mode === 'chars') kind = /[,.)]/.test(char) ? 'char' : null;
  else if (state.quote !== '') kind = scanString(state, char);
  else if (state.stack !== '') kind = scanCalls(state, char);
  else kind = scanProse(state, char);
  state.last = char;
  if (!/[\s`]/.test(char)) state.begun = true;
  return kind;
}

/**
 * Finds fragment ends in assistant text as it is generated. Text that starts with `[` is a list of calls; elsewhere a name
 * directly followed by `(` opens a call, and the rest is prose. A sentence mark is reported with the white space after it, so
 * that 3.14 and dotted names stay whole; the end of the text is the caller's own boundary. The scanner never throws: broken text
 * only yields fewer boundaries.
 */
export function createCallScanner(options: { mode?: ScanMode; state?: ScannerState } = {}): CallScanner {
  const state: ScannerState = options.state
    ? { ...options.state }
    : { mode: options.mode ?? 'structural', offset: 0, stack: '', quote: '', escaped: false, last: '', begun: false };
  return {
    feed(piece) {
      const boundaries: Boundary[] = [];
      for (const char of piece) {
        const kind = scanChar(state, char);
        state.offset += char.length;
        if (kind) boundaries.push({ kind, offset: state.offset });
      }
      return boundaries;
    },
    clone: () => createCallScanner({ state }),
    state: () => ({ ...state }),
  };
}
