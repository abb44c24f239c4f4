import type { PyValue } from './py-value.ts';

export type PyComprehension = {
  async: boolean;
  target: PyExpression;
  iterable: PyExpression;
  conditions: PyExpression[];
};

/** `name` is null for `**value`. */
export type PyKeyword = { name: string | null; value: PyExpression };

export type PyParameter = { prefix: '' | '*' | '**'; name: string; standard?: PyExpression };

/** Expression tree with the node kinds of Python's `ast`, as far as the decoder and `ast.unparse` tell them apart. */
export type PyExpression =
  | { kind: 'constant'; value: PyValue; unicodePrefix?: boolean }
  | { kind: 'ellipsis' }
  | { kind: 'fstring'; source: string }
  | { kind: 'name'; id: string }
  | { kind: 'attribute'; value: PyExpression; attr: string }
  | { kind: 'subscript'; value: PyExpression; slice: PyExpression }
  | { kind: 'slice'; lower?: PyExpression; upper?: PyExpression; step?: PyExpression }
  | { kind: 'call'; func: PyExpression; args: PyExpression[]; keywords: PyKeyword[] }
  | { kind: 'list' | 'tuple' | 'set'; elements: PyExpression[] }
  /** A null key stands for `**value`. */
  | { kind: 'dict'; entries: [PyExpression | null, PyExpression][] }
  | { kind: 'unary'; op: '+' | '-' | '~' | 'not'; operand: PyExpression }
  | { kind: 'binary'; op: string; left: PyExpression; right: PyExpression }
  | { kind: 'bool'; op: 'and' | 'or'; values: PyExpression[] }
  | { kind: 'compare'; left: PyExpression; rest: [string, PyExpression][] }
  | { kind: 'conditional'; test: PyExpression; body: PyExpression; orelse: PyExpression }
  | { kind: 'lambda'; parameters: PyParameter[]; body: PyExpression }
  | { kind: 'named'; id: string; value: PyExpression }
  | { kind: 'starred'; value: PyExpression }
  | { kind: 'await'; value: PyExpression }
  | { kind: 'yield'; from: boolean; value?: PyExpression }
  | { kind: 'comprehension'; form: 'list' | 'set' | 'generator'; element: PyExpression; clauses: PyComprehension[] }
  | { kind: 'dict_comprehension'; key: PyExpression; value: PyExpression; clauses: PyComprehension[] };
