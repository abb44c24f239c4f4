import { ItoolError, type JsonObject, type JsonValue } from '@itool/record';

/**
 * Strict JSON parser that reports `file:line:column` of the first syntax error and refuses duplicate keys.
 * JSON.parse is not enough here: it keeps the last of two equal keys in silence, and V8 of Node 20 gives no position
 * for unexpected tokens.
 *
 * @param text JSON text
 * @param file name for the message
 * @throws ItoolError bad_config
 */
export function parseJsonText(text: string, file: string): JsonValue {
  let at = 0;

  const fail = (what: string, where = at): never => {
    const before = text.slice(0, where).split('\n');
    const line = before.length;
    const column = before[line - 1]!.length + 1;
    throw new ItoolError({
      code: 'bad_config',
      message: `pipeline: not valid JSON: ${file}:${line}:${column}: ${what}`,
      hint: 'Correct this place in the file. Comments and trailing commas are not part of JSON.',
    });
  };
  const found = (): string => (at >= text.length ? 'end of file' : JSON.stringify(text[at]));
  const skipSpace = (): void => {
    while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
  };

  const parseString = (): string => {
    const start = at;
    at++;
    while (at < text.length && text[at] !== '"') {
      if (text.charCodeAt(at) < 0x20) fail('line break or control character inside a string', at);
      at += text[at] === '\\' ? 2 : 1;
    }
    if (at >= text.length) fail('string is not closed', start);
    at++;
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      return fail('bad escape in string', start);
    }
  };

  const parseObject = (): JsonObject => {
    const object: JsonObject = {};
    at++;
    skipSpace();
    if (text[at] === '}') {
      at++;
      return object;
    }
    for (;;) {
      skipSpace();
      if (text[at] !== '"') fail(`expected a key in double quotes, found ${found()}`);
      const keyAt = at;
      const key = parseString();
      if (Object.hasOwn(object, key)) fail(`key is there twice: ${JSON.stringify(key)}`, keyAt);
      skipSpace();
      if (text[at] !== ':') fail(`expected ":" after key ${JSON.stringify(key)}, found ${found()}`);
      at++;
      const value = parseValue();
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
      skipSpace();
      if (text[at] === '}') {
        at++;
        return object;
      }
      if (text[at] !== ',') fail(`expected "," or "}", found ${found()}`);
      at++;
    }
  };

  const parseArray = (): JsonValue[] => {
    const array: JsonValue[] = [];
    at++;
    skipSpace();
    if (text[at] === ']') {
      at++;
      return array;
    }
    for (;;) {
      array.push(parseValue());
      skipSpace();
      if (text[at] === ']') {
        at++;
        return array;
      }
      if (text[at] !== ',') fail(`expected "," or "]", found ${found()}`);
      at++;
    }
  };

  const parseValue = (): JsonValue => {
    skipSpace();
    const c = text[at];
    if (c === '{') return parseObject();
    if (c === '[') return parseArray();
    if (c === '"') return parseString();
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(
      text.slice(at, at + 400),
    )?.[0];
    if (word === undefined) return fail(`expected a value, found ${found()}`);
    at += word.length;
    return JSON.parse(word) as JsonValue;
  };

  const value = parseValue();
  skipSpace();
  if (at < text.length) fail(`expected end of file, found ${found()}`);
  return value;
}
