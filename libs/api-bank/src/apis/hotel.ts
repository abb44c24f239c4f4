import { type PyDict, pyEqual } from '@itool/bfcl';
import type { Api, World } from '../api.ts';
import { sameRecord } from '../checks.ts';
import { deepCopy, item, put, text } from '../py-access.ts';
import { raise } from '../py-error.ts';
import { instant, parseTime } from '../py-time.ts';

function day(row: PyDict, field: string): number {
  return instant(parseTime(text(item(row, field)), '%Y-%m-%d'));
}

/** Days meet when one end of the stay lies inside the other booking; a stay around a booking does not count, as in the original. */
function isFree(input: PyDict, world: World): boolean {
  const check_in = day(input, 'check_in_time');
  const check_out = day(input, 'check_out_time');
  return world.writable('Hotel').entries.every(([, booking]) => {
    const row = booking as PyDict;
    if (item(row, 'hotel_name') !== item(input, 'hotel_name')) return true;
    const from = day(row, 'check_in_time');
    const to = day(row, 'check_out_time');
    return !((check_in >= from && check_in < to) || (check_out > from && check_out <= to));
  });
}

export const HOTEL_APIS: Readonly<Record<string, Api>> = {
  BookHotel: {
    call: (input, world) => {
      day(input, 'check_in_time');
      day(input, 'check_out_time');
      if (Number(item(input, 'adult_count')) > 2 && pyEqual(item(input, 'room_count'), 1n)) {
        raise('The number of adults is greater than 2. Two rooms are ordered.');
      }
      if (!isFree(input, world)) raise('The room is not available.');
      const table = world.writable('Hotel');
      const order_id = String(table.entries.length + 1);
      put(table, order_id, deepCopy(input));
      return order_id;
    },
    check: sameRecord,
  },
};
