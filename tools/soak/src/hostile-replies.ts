import { type RandomStream, randomStream } from '@itool/random';

/** Pieces of replies, right and wrong, from which hostile ones are put together. */
const PIECES = [
  ...[
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    '"',
    "'",
    '"""',
    "'''",
    '`',
    '```python\n',
    '\\',
    '\n',
    '\t',
    ' ',
    '\0',
    '#',
    ';',
    ':',
  ],
  ...[
    ',',
    '=',
    '==',
    ':=',
    '.',
    '*',
    '**',
    '//',
    '@',
    '->',
    '~',
    '%',
    '<<',
    'f(',
    'f(a=',
    'a=',
    'b=',
    'g.h(x=',
    '__class__',
  ],
  ...[
    'lambda x: x',
    'not ',
    ' if ',
    ' else ',
    ' for x in ',
    'await ',
    'yield ',
    'import os',
    "__import__('os')",
    'None',
  ],
  ...[
    'True',
    'nan',
    '1',
    '-1',
    '1e999',
    '0x',
    '0b1',
    '007',
    '1_0',
    '9'.repeat(30),
    '1j',
    '...',
    "b'x'",
    "r'\\'",
    'f"{x}"',
  ],
  ...[
    '\\N{BULLET}',
    '\\x',
    '\\ud800',
    '\ud800',
    'é',
    '😀',
    '٣',
    '\u2028',
    '\ufeff',
    'new HashMap<>() {{ put("a", 1); }}',
  ],
  ...[
    'new ArrayList<>(Arrays.asList(',
    'new int[]{1, 2}',
    '[[1, 2], [3]]',
    '{a: 1, b: [2]}',
    '=> ',
    '/x/g',
    '<tool_call>',
  ],
] as const;

/** Patterns that grow: each is repeated many times. */
const REPEATED = [
  '(',
  '[',
  '{',
  '"',
  "'",
  'f(',
  '[f(a=',
  '-',
  'not ',
  '**2',
  '+1',
  'a.',
  'a[',
  'x ',
  '9',
  '{1:',
  '\\',
  '<',
  ',',
  'put("',
  '[],',
  'a:,',
];

function repeated(random: RandomStream): string {
  // One reply in a thousand is of a megabyte.
  const size = random.integer(1000) === 0 ? 1_000_000 : 10 + random.integer(2000);
  const unit = random.pick(REPEATED);
  const text = unit.repeat(Math.ceil(size / unit.length));
  return random.pick([text, `[f(a=${text})]`, `[f(a="${text}")]`, `[f(a='${text}')]`]);
}

function pieced(random: RandomStream): string {
  const body = Array.from({ length: 1 + random.integer(25) }, () => random.pick(PIECES)).join('');
  return random.pick([body, `[f(a=${body})]`, `[f(a="${body}", b=1)]`, `f(${body}`]);
}

/** A right reply with one character changed, doubled or left out. */
function mutated(random: RandomStream): string {
  const right = random.pick([
    '[f(a="x", b=[1, 2.5], c={"k": (1, None)})]',
    '[f(a=\'new HashMap<String, Object>() {{ put("a", 1); }}\', b=true)]',
    '[f(a=[[1, 2], [3]], b={k: "v"}), f(a=2)]',
  ]);
  const at = random.integer(right.length);
  const change = random.pick(['', right[at]!.repeat(2), random.pick(PIECES)]);
  return right.slice(0, at) + change + right.slice(at + 1);
}

/** `count` hostile replies, the same for the same seed; reply i does not depend on the others. */
export function* hostileReplies(seed: number, from: number, count: number): Generator<string> {
  for (let i = from; i < from + count; i++) {
    const random = randomStream(seed, 'hostile-reply', i);
    yield random.pick([repeated, pieced, pieced, mutated])(random);
  }
}
