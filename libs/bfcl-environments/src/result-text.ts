import { isDict, type PyValue, pyJsonDumpsLine } from '@itool/bfcl';
import type { Printed } from './environment.ts';
import { str } from './py-operators.ts';
import { tooManyDigits } from './py-power.ts';

/** The smallest int that Python refuses to print. */
const UNPRINTABLE = BigInt(`1${'0'.repeat(4300)}`);

function refuseUnprintable(value: PyValue): void {
  if (typeof value === 'bigint') {
    if (value >= UNPRINTABLE || value <= -UNPRINTABLE) throw tooManyDigits();
  } else if (isDict(value))
    for (const [, member] of value.entries) if (typeof member === 'bigint') refuseUnprintable(member);
}

/** Text of a result: a str as it is, a dict as JSON where JSON can hold it, everything else as Python's `str` prints it. */
export function resultText(value: PyValue | Printed): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && value.kind === 'printed')
    return value.text;
  refuseUnprintable(value);
  return (isDict(value) ? pyJsonDumpsLine(value) : undefined) ?? str(value);
}
