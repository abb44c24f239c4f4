import { dictGet, type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import { decimalRoot } from './decimal-root.ts';
import { type EnvironmentClass, method, type Printed } from './environment.ts';
import { mpLogQuotient } from './mp-log.ts';
import { exceptPy, PyError } from './py-error.ts';
import { arithmetic, compare, dict, f, iterate, length, numberOf, truthy } from './py-operators.ts';
import { roundFloat, roundInteger, roundToInteger } from './py-round.ts';

const TO_METERS: Readonly<Record<string, bigint | number>> = {
  km: 1000n,
  m: 1n,
  cm: 0.01,
  mm: 0.001,
  um: 1e-6,
  nm: 1e-9,
};
const CONVERSIONS: Readonly<Record<string, number>> = {
  cm_to_in: 0.393701,
  in_to_cm: 2.54,
  m_to_ft: 3.28084,
  ft_to_m: 0.3048,
  m_to_yd: 1.09361,
  yd_to_m: 0.9144,
  km_to_miles: 0.621371,
  miles_to_km: 1.60934,
  kg_to_lb: 2.20462,
  lb_to_kg: 0.453592,
  celsius_to_fahrenheit: 1.8,
  fahrenheit_to_celsius: 5 / 9,
};
const BOTH = 'Both inputs must be numbers';
const ALL = 'All elements in the list must be numbers';

function error(text: string): PyDict {
  return dict({ error: text });
}

/** `{result: ...}`, or an error object when the computation raises TypeError. */
function resultOr(message: string, run: () => PyValue): PyValue {
  return exceptPy(
    ['TypeError'],
    () => dict({ result: run() }),
    () => error(message),
  );
}

/** Python `sum(numbers)`: from left to right. */
function sum(numbers: PyValue): PyValue {
  return iterate(numbers).reduce((total, number) => arithmetic('+', total, number), 0n);
}

function standardDeviation(numbers: PyValue): PyValue {
  const count = length(numbers);
  const mean = arithmetic('/', sum(numbers), count);
  const squares = iterate(numbers).map((number) => arithmetic('**', arithmetic('-', number, mean), 2n));
  const variance = numberOf(arithmetic('/', sum(squares), count));
  if (variance === undefined) throw new PyError('TypeError', 'must be real number');
  return Math.sqrt(Number(variance));
}

/** Python `min` or `max`: the first of equal elements. */
function extreme(numbers: PyValue, op: '<' | '>'): PyValue {
  return iterate(numbers).reduce((best, number) => (compare(op, number, best) ? number : best));
}

function convertSi(value: PyValue, unitIn: PyValue, unitOut: PyValue): PyValue {
  if (numberOf(value) === undefined) return error('Value must be a number');
  const factor = (unit: PyValue) => dictGet(SI_UNITS, unit);
  const [from, to] = [factor(unitIn), factor(unitOut)];
  if (from === undefined || to === undefined)
    return error(f`Conversion from '${unitIn}' to '${unitOut}' is not supported`);
  return exceptPy(
    ['OverflowError'],
    () => dict({ result: arithmetic('*', arithmetic('*', value, from), 1 / Number(to)) }),
    () => error('Conversion resulted in a value too large to represent'),
  );
}
const SI_UNITS = dict(TO_METERS);

function convertImperial(value: PyValue, unitIn: PyValue, unitOut: PyValue): PyValue {
  if (numberOf(value) === undefined) return error('Value must be a number');
  if (pyEqual(unitIn, unitOut)) return dict({ result: value });
  const key = f`${unitIn}_to_${unitOut}`;
  const factor = Object.hasOwn(CONVERSIONS, key) ? CONVERSIONS[key]! : undefined;
  if (factor === undefined) return error(f`Conversion from '${unitIn}' to '${unitOut}' is not supported`);
  return exceptPy(
    ['OverflowError'],
    () => {
      if (key === 'celsius_to_fahrenheit')
        return dict({ result: arithmetic('+', arithmetic('*', value, factor), 32n) });
      const shifted = key === 'fahrenheit_to_celsius' ? arithmetic('-', value, 32n) : value;
      return dict({ result: arithmetic('*', shifted, factor) });
    },
    () => error('Conversion resulted in a value too large to represent'),
  );
}

function logarithm(value: PyValue, base: PyValue, precision: PyValue): PyValue | Printed {
  try {
    return { kind: 'printed', text: `{'result': ${mpLogQuotient(value, base, precision)}}` };
  } catch (cause) {
    if (!(cause instanceof PyError)) throw cause;
    return error(cause.message);
  }
}

/** What setting the precision of the decimal context raises; TypeErrors become the error object of the method. */
function decimalPrecision(precision: PyValue): number {
  const number = numberOf(precision);
  if (typeof number !== 'bigint') throw new PyError('TypeError', 'argument must be an integer');
  if (number < 1n || number > 999999999999999999n) {
    throw new PyError('ValueError', 'valid range for prec is [1, MAX_PREC]');
  }
  return Number(number);
}

function squareRoot(number: PyValue, precision: PyValue): PyValue | Printed {
  return exceptPy<PyValue | Printed>(
    ['TypeError'],
    () => {
      if (compare('<', number, 0n)) return error('Cannot calculate square root of a negative number');
      const digits = decimalPrecision(precision);
      return { kind: 'printed', text: `{'result': ${decimalRoot(numberOf(number)!, digits)}}` };
    },
    () => error('Input must be a number or computation resulted in an invalid operation'),
  );
}

function absolute(number: PyValue): PyValue {
  const value = numberOf(number);
  if (value === undefined) {
    if (typeof number === 'object' && number !== null && !Array.isArray(number) && number.kind === 'complex') {
      return Math.hypot(number.re, number.im);
    }
    throw new PyError('TypeError', 'bad operand type for abs()');
  }
  if (typeof value === 'number') return Math.abs(value);
  return value < 0n ? -value : value;
}

function round(number: PyValue, places: PyValue): PyValue {
  const value = numberOf(number);
  const digits = numberOf(places);
  if (value === undefined || (places !== null && typeof digits !== 'bigint')) {
    throw new PyError('TypeError', "type doesn't define __round__ method");
  }
  if (typeof value === 'bigint') return digits === undefined ? value : roundInteger(value, digits as bigint);
  return digits === undefined ? roundToInteger(value) : roundFloat(value, Number(digits));
}

/** The error for an empty list, else the value of `run` or the error for elements that are no numbers. */
function ofList(numbers: PyValue, empty: string, run: () => PyValue): PyValue {
  return truthy(numbers) ? resultOr(ALL, run) : error(empty);
}

/** The mathematical functions (specification 6.5); the class has no state. */
export const MathAPI: EnvironmentClass<null> = {
  name: 'MathAPI',
  load: () => null,
  attributes: () => [],
  methods: {
    logarithm: method(['value', 'base', 'precision'], (_, [value, base, precision]) =>
      logarithm(value!, base!, precision!),
    ),
    mean: method(['numbers'], (_, [numbers]) =>
      ofList(numbers!, 'Cannot calculate mean of an empty list', () =>
        arithmetic('/', sum(numbers!), length(numbers!)),
      ),
    ),
    standard_deviation: method(['numbers'], (_, [numbers]) =>
      ofList(numbers!, 'Cannot calculate standard deviation of an empty list', () => standardDeviation(numbers!)),
    ),
    si_unit_conversion: method(['value', 'unit_in', 'unit_out'], (_, [value, from, to]) =>
      convertSi(value!, from!, to!),
    ),
    imperial_si_conversion: method(['value', 'unit_in', 'unit_out'], (_, [value, from, to]) =>
      convertImperial(value!, from!, to!),
    ),
    add: method(['a', 'b'], (_, [a, b]) => resultOr(BOTH, () => arithmetic('+', a!, b!))),
    subtract: method(['a', 'b'], (_, [a, b]) => resultOr(BOTH, () => arithmetic('-', a!, b!))),
    multiply: method(['a', 'b'], (_, [a, b]) => {
      const numbers = numberOf(a!) !== undefined && numberOf(b!) !== undefined;
      return numbers ? dict({ result: arithmetic('*', a!, b!) }) : error(BOTH);
    }),
    divide: method(['a', 'b'], (_, [a, b]) => {
      if (pyEqual(b!, 0n)) return error('Cannot divide by zero');
      return resultOr(BOTH, () => arithmetic('/', a!, b!));
    }),
    power: method(['base', 'exponent'], (_, [base, exponent]) =>
      resultOr(BOTH, () => arithmetic('**', base!, exponent!)),
    ),
    square_root: method(['number', 'precision'], (_, [number, precision]) => squareRoot(number!, precision!)),
    absolute_value: method(['number'], (_, [number]) => resultOr('Input must be a number', () => absolute(number!))),
    round_number: method(['number', ['decimal_places', 0n]], (_, [number, places]) =>
      resultOr('First input must be a number, second input must be an integer', () => round(number!, places!)),
    ),
    percentage: method(['part', 'whole'], (_, [part, whole]) => {
      if (pyEqual(whole!, 0n)) return error('Whole value cannot be zero');
      return resultOr(BOTH, () => arithmetic('*', arithmetic('/', part!, whole!), 100n));
    }),
    min_value: method(['numbers'], (_, [numbers]) =>
      ofList(numbers!, 'Cannot find minimum of an empty list', () => extreme(numbers!, '<')),
    ),
    max_value: method(['numbers'], (_, [numbers]) =>
      ofList(numbers!, 'Cannot find maximum of an empty list', () => extreme(numbers!, '>')),
    ),
    sum_values: method(['numbers'], (_, [numbers]) =>
      ofList(numbers!, 'Cannot calculate sum of an empty list', () => sum(numbers!)),
    ),
  },
};
