import { dictGet, type PyDict, type PyValue, pyRepr, reprFloat } from '@itool/bfcl';
import {
  createPyRandom,
  decimalRoot,
  formatFixed,
  mpLogQuotient,
  type PyRandom,
  roundFloat,
  roundInteger,
  roundToInteger,
} from '@itool/bfcl-environments';
import { textOf } from './golden-rows.ts';

/** Value of a number as the golden rows spell it: with a point, an exponent or a name it is a float. */
function numberOf(text: string): bigint | number {
  if (/^[+-]?\d+$/.test(text)) return BigInt(text);
  return text.endsWith('inf') ? Number(`${text}inity`) : Number(text);
}

function intOf(input: PyDict, key: string): bigint {
  const value = dictGet(input, key);
  if (typeof value === 'bigint') return value;
  return BigInt(typeof value === 'string' ? value : Number(value ?? Number.NaN));
}

function draws(input: PyDict, draw: (random: PyRandom) => PyValue): PyValue[] {
  const random = createPyRandom(intOf(input, 'seed'));
  return Array.from({ length: Number(intOf(input, 'n')) }, () => draw(random));
}

/** Draws of a pattern like `randint 1 6` or `uniform 0 1`, several times over. */
function mixedDraws(input: PyDict): PyValue[] {
  const random = createPyRandom(intOf(input, 'seed'));
  const pattern = dictGet(input, 'pattern');
  const steps = Array.isArray(pattern) ? pattern.map(String) : [];
  return Array.from({ length: Number(intOf(input, 'rounds')) }, () => steps).flatMap((round) =>
    round.map((step) => {
      const [kind, low, high] = step.split(' ') as [string, string, string];
      if (kind === 'uniform') return reprFloat(random.uniform(Number(low), Number(high)));
      return random.randint(BigInt(Number(low)), BigInt(Number(high)));
    }),
  );
}

/** Numeric building blocks of the simulated APIs, by the `kind` of the golden rows. */
export const NUMBER_OPERATIONS: Readonly<Record<string, (input: PyDict) => PyValue>> = {
  decimal_sqrt_result: (input) =>
    `{'result': ${decimalRoot(numberOf(textOf(input, 'number')), Number(intOf(input, 'precision')))}}`,
  format_2f: (input) => formatFixed(Number(textOf(input, 'x')), 2),
  mp_log_result: (input) => {
    const [value, base] = ['value', 'base'].map((key) => numberOf(textOf(input, key)));
    return `{'result': ${mpLogQuotient(value!, base!, intOf(input, 'precision'))}}`;
  },
  random_mixed: mixedDraws,
  random_randint: (input) => draws(input, (random) => random.randint(intOf(input, 'a'), intOf(input, 'b'))),
  random_uniform: (input) => {
    const [low, high] = ['a', 'b'].map((key) => Number(dictGet(input, key)));
    return draws(input, (random) => reprFloat(random.uniform(low!, high!)));
  },
  round: (input) => {
    const digits = dictGet(input, 'n') ?? null;
    const x = Number(textOf(input, 'x'));
    return pyRepr(digits === null ? roundToInteger(x) : roundFloat(x, Number(digits)));
  },
  round_int: (input) => pyRepr(roundInteger(intOf(input, 'x'), intOf(input, 'n'))),
};
