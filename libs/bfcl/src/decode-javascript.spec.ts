import { decodePromptReply } from './decode-prompt.ts';
import { pyRepr } from './py-repr.ts';
import { PySyntaxError } from './py-syntax-error.ts';

const decode = (text: string): string => {
  try {
    return pyRepr(decodePromptReply(text, 'javascript', 'v4'));
  } catch (error) {
    if (error instanceof PySyntaxError) return 'fails';
    throw error;
  }
};

describe('a JavaScript reply decodes into source texts', () => {
  it.each([
    [`[draw(color="red", size='5', on=true)]`, `[{'draw': {'color': 'red', 'size': '5', 'on': 'true'}}]`],
    ['chart.axis.draw(a=[1, 2], b={k: "v"})', `[{'chart.axis.draw': {'a': '[1, 2]', 'b': '{k: "v"}'}}]`],
    ['[f(a=x => x + 1, b=/[a-z]/g)]', `[{'f': {'a': 'x => x + 1', 'b': '/[a-z]/g'}}]`],
    // Only an outer pair of the same quotes goes, also when it is no single literal.
    [`[f(a='x' + 'y', b="p" + q)]`, `[{'f': {'a': "x' + 'y", 'b': '"p" + q'}}]`],
    ['[f(a=`t`)]', `[{'f': {'a': '\`t\`'}}]`],
    ['[f(a="é", b="xyz")]', `[{'f': {'a': 'é', 'b': 'xyz'}}]`],
    // Positional values are dropped; bare identifiers and true share the key None.
    ['[f("x", 5, a=1)]', `[{'f': {'a': '1'}}]`],
    ['[f(true)]', `[{'f': {None: 'true'}}]`],
    ['[f(false)]', `[{'f': {}}]`],
    // Only the first statement that is itself a call counts.
    ['[let x = g(a=1); f(b=2); h(c=3)]', `[{'f': {'b': '2'}}]`],
    ['[f(a=1)(b=2)]', `[{'f(a=1)': {'b': '2'}}]`],
    ['[f?.(a=1)]', `[{'f': {}}]`],
    ['[new F(a=1)]', 'None'],
    ['[f(a=1), g(b=2)]', 'None'],
    ['[await f(a=1)]', 'None'],
    ['[]', 'None'],
    ['x', 'None'],
  ])('%s', (text, expected) => expect(decode(text)).toBe(expected));

  it.each([
    ['a repeated name', '[f(a=1, a=2)]'],
    ['an identifier and true', '[f(x, true)]'],
    ['prose', 'I cannot do that, sorry'],
    ['an open string', '[f(a="x)]'],
    ['a megabyte of quotes', '"'.repeat(1_000_000)],
  ])('%s fails', (_, text) => expect(decode(text)).toBe('fails'));
});
