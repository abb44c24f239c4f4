import type { PyValue } from '@itool/bfcl';
import type { Parameter, World } from './environment.ts';
import { PyError } from './py-error.ts';

function listNames(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  if (quoted.length <= 2) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}

/**
 * Arguments in the order of the parameters, or the TypeError of Python 3.11 for a call that does not fit. `callable` is the
 * qualified name of the method; its own first parameter `self` counts as in Python's messages.
 */
export function bindArguments(
  callable: string,
  parameters: readonly Parameter[],
  positional: readonly PyValue[],
  keywords: readonly (readonly [string, PyValue])[],
  world: World,
): PyValue[] {
  const fail = (fact: string): never => {
    throw new PyError('TypeError', `${callable}() ${fact}`);
  };
  const bound: (PyValue | undefined)[] = parameters.map((_, i) => positional[i]);
  for (const [name, value] of keywords) {
    const at = parameters.findIndex((parameter) => parameter.name === name);
    if (at < 0) {
      if (name === 'self') fail("got multiple values for argument 'self'");
      fail(`got an unexpected keyword argument '${name}'`);
    }
    if (bound[at] !== undefined) fail(`got multiple values for argument '${name}'`);
    bound[at] = value;
  }
  if (positional.length > parameters.length) {
    const most = parameters.length + 1;
    const least = most - parameters.filter((parameter) => parameter.standard).length;
    const range = least < most ? `from ${least} to ${most}` : String(most);
    const plural = least < most || most !== 1 ? 's' : '';
    fail(`takes ${range} positional argument${plural} but ${positional.length + 1} were given`);
  }
  const missing = parameters.filter((parameter, i) => bound[i] === undefined && !parameter.standard);
  if (missing.length > 0) {
    const plural = missing.length > 1 ? 's' : '';
    const names = listNames(missing.map(({ name }) => name));
    fail(`missing ${missing.length} required positional argument${plural}: ${names}`);
  }
  return bound.map((value, i) => value ?? (value === null ? null : parameters[i]!.standard!(world)));
}
