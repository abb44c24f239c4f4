import type { JsonObject } from '@itool/record';

export const ACCOUNTS = [
  { username: 'mira', password: 'fern22', token: 'k1m9x2', email: 'mira@mail.com', balance: 812.5 },
  { username: 'otto', password: 'lake7', token: 'p4r8v6', email: 'otto@mail.com', balance: 77.25 },
  { username: 'rosa', password: 'stone3', token: 'z7t5b1', email: 'rosa@mail.com', balance: 1430 },
  { username: 'ivan', password: 'cloud9', token: 'h3n6w8', email: 'ivan@mail.com', balance: 5.75 },
] as const;

export const STOCKS = { NOVA: 42.5, ORBT: 118, PINE: 7.25, QUAY: 63.75 } as const;
export const DAYS = ['2023-05-02', '2023-05-03', '2023-05-04'] as const;

const SYMPTOMS = { cough: 'Cold', fever: 'Flu', rash: 'Allergy', dizziness: 'Low blood pressure' } as const;
export const SYMPTOM_NAMES = Object.keys(SYMPTOMS);
export const SONGS = ['Blue River', 'Night Train', 'Open Fields', 'Paper Moon'] as const;
export const HOTELS = ['Harbour', 'Linden', 'Alpine'] as const;

/** Databases in the form of the official ones: a table by name. */
export const API_BANK_TABLES: JsonObject = {
  Account: Object.fromEntries(
    ACCOUNTS.map(({ username, password, token, email }) => [username, { password, token, email }]),
  ),
  Bank: Object.fromEntries(ACCOUNTS.map(({ username, balance }) => [username, { balance }])),
  Alarm: { '1': { username: 'mira', time: '2023-05-02 07:00:00' } },
  Hotel: {
    '1': {
      hotel_name: 'Linden',
      check_in_time: '2023-08-01',
      check_out_time: '2023-08-05',
      room_count: 1,
      adult_count: 2,
      child_count: 0,
    },
  },
  Stock: Object.fromEntries(
    Object.entries(STOCKS).map(([code, price]) => [code, Object.fromEntries(DAYS.map((day, i) => [day, price + i]))]),
  ),
  Symptom: Object.fromEntries(
    Object.entries(SYMPTOMS).map(([symptom, name]) => [
      symptom,
      [{ name, description: `${name} often comes with a ${symptom}.`, aid: 'Rest and drink water.' }],
    ]),
  ),
};
