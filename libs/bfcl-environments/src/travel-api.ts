import { dictSet, type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import { configured, type EnvironmentClass, method, type World } from './environment.ts';
import { parseMoment } from './py-datetime.ts';
import { exceptPy, PyError } from './py-error.ts';
import {
  arithmetic,
  asText,
  compare,
  contains,
  deepCopy,
  deleteItem,
  dict,
  f,
  floatOf,
  getItem,
  iterate,
  numberOf,
  requireHashable,
  setItem,
} from './py-operators.ts';
import { createPyRandom, type PyRandom } from './py-random.ts';
import { roundFloat } from './py-round.ts';
import { AIRPORTS, BASE_COSTS, EXCHANGE_RATES, NEAREST_AIRPORTS } from './travel-tables.ts';

export type TravelState = {
  credit_card_list: PyValue;
  booking_record: PyValue;
  access_token: PyValue;
  token_type: PyValue;
  token_expires_in: PyValue;
  token_scope: PyValue;
  user_first_name: PyValue;
  user_last_name: PyValue;
  budget_limit: PyValue;
  long_context: boolean;
  random: PyRandom;
};

const CLASS_FACTORS: Readonly<Record<string, number>> = { economy: 1, business: 2, first: 5 };

/** What an access token is refused for, or undefined when it is the right one. */
function refusedToken(state: TravelState, token: PyValue): string | undefined {
  if (pyEqual(state.token_expires_in, 0n)) return 'Token expired';
  return pyEqual(token, state.access_token) ? undefined : 'Invalid access token';
}

function error(text: string): PyDict {
  return dict({ error: text });
}

function draw(state: TravelState, digits: number): string {
  const low = BigInt(`1${'0'.repeat(digits - 1)}`);
  return state.random.randint(low, low * 10n - 1n).toString();
}

/** Adds the shared records of the tables under keys that the configuration does not have. */
function extend(target: PyValue, records: PyDict): void {
  for (const [key, record] of records.entries) if (!contains(target, key)) setItem(target, key, record);
}

function load(config: PyDict, world: World): TravelState {
  const seed = configured(config, 'random_seed', 141053n);
  const get = (key: string, standard: PyValue = null) => configured(config, key, standard);
  const state: TravelState = {
    credit_card_list: get('credit_card_list', dict({})),
    booking_record: get('booking_record', dict({})),
    access_token: get('access_token'),
    token_type: get('token_type'),
    token_expires_in: get('token_expires_in'),
    token_scope: get('token_scope'),
    user_first_name: get('user_first_name'),
    user_last_name: get('user_last_name'),
    budget_limit: get('budget_limit'),
    long_context: world.long_context,
    random: createPyRandom(typeof seed === 'bigint' ? seed : 141053n),
  };
  if (world.long_context) {
    extend(state.credit_card_list, world.tables!.CREDIT_CARD_EXTENSION);
    extend(state.booking_record, world.tables!.BOOKING_RECORD_EXTENSION);
  }
  return state;
}

function register(state: TravelState, args: readonly PyValue[]): PyValue {
  const [token, card_number, expiration_date, cardholder_name, card_verification_number] = args as [
    PyValue,
    PyValue,
    PyValue,
    PyValue,
    PyValue,
  ];
  if (state.token_expires_in === null) return error('Token not initialized');
  if (pyEqual(state.token_expires_in, 0n)) return error('Token expired');
  if (!pyEqual(token, state.access_token)) return error('Invalid access token');
  if (contains(state.credit_card_list, card_number)) return error('Card already registered');
  const card_id = draw(state, 12);
  const balance = BigInt(draw(state, 5));
  const card = { card_number, expiration_date, cardholder_name, card_verification_number, balance };
  setItem(state.credit_card_list, card_id, dict(card));
  return dict({ card_id });
}

/** Factor of class and date on the base price, and the base price of the route. */
function flightFactors(
  from: PyValue,
  to: PyValue,
  date: PyValue,
  travelClass: PyValue,
): { base: number; factor: number } {
  requireHashable(from);
  requireHashable(to);
  const route = BASE_COSTS.find((row) => pyEqual(row[0], from) && pyEqual(row[1], to));
  if (!route) throw new PyError('ValueError', 'No available route for the given airports.');
  const known = typeof travelClass === 'string' && Object.hasOwn(CLASS_FACTORS, travelClass);
  if (!known) throw new PyError('ValueError', 'Invalid travel class. Options are: economy, business, first.');
  const digits = iterate(date).map((char) => (/^\d$/.test(asText(char, 'isdigit')) ? Number(char) : 0));
  const even = digits.reduce((total, digit) => total + digit, 0) % 2 === 0;
  return { base: route[2], factor: CLASS_FACTORS[travelClass]! * (even ? 2 : 1) };
}

function flightCost(state: TravelState, args: readonly PyValue[]): PyValue {
  const { base, factor } = flightFactors(args[0]!, args[1]!, args[2]!, args[3]!);
  if (!state.long_context) return dict({ travel_cost_list: [base * factor] });
  return dict({ travel_cost_list: BASE_COSTS.map(([, , cost]) => cost * factor) });
}

function book(state: TravelState, args: readonly PyValue[]): PyValue {
  const [token, card_id, travel_date, travel_from, travel_to, travel_class] = args as [
    PyValue,
    PyValue,
    PyValue,
    PyValue,
    PyValue,
    PyValue,
  ];
  const refuse = (text: string) => dict({ booking_status: false, error: text });
  const refused = refusedToken(state, token);
  if (refused !== undefined) return refuse(refused);
  if (!contains(state.credit_card_list, card_id)) return refuse('Card not registered');
  const card = getItem(state.credit_card_list, card_id);
  if (!contains(card, 'balance')) return refuse('Balance not found');
  if (!contains(AIRPORTS, travel_from)) return refuse(f`Invalid departure airport code: ${travel_from}`);
  if (!contains(AIRPORTS, travel_to)) return refuse(f`Invalid destination airport code: ${travel_to}`);
  const dated = exceptPy(
    ['ValueError'],
    () => parseMoment(travel_date, '%Y-%m-%d') !== undefined,
    () => false,
  );
  if (!dated) return refuse('Invalid date format. Use YYYY-MM-DD.');
  requireHashable(travel_class);
  if (typeof travel_class !== 'string' || !Object.hasOwn(CLASS_FACTORS, travel_class)) {
    // The original prints a set, in the order of hashes.
    return refuse("Invalid travel class. Must be one of {'economy', 'business', 'first'}");
  }
  const priced = exceptPy<{ cost: number } | { text: string }>(
    ['ValueError'],
    () => {
      const { base, factor } = flightFactors(travel_from, travel_to, travel_date, travel_class);
      return { cost: base * factor };
    },
    ({ message }) => ({ text: message }),
  );
  if ('text' in priced) return refuse(priced.text);
  const travel_cost = priced.cost;
  if (compare('<', getItem(card, 'balance'), travel_cost)) return refuse('Insufficient funds');
  if (state.budget_limit !== null && compare('<', getItem(card, 'balance'), state.budget_limit)) {
    return refuse('Balance is less than budget limit');
  }
  setItem(card, 'balance', arithmetic('-', getItem(card, 'balance'), travel_cost));
  const booking_id = draw(state, 7);
  const transaction_id = draw(state, 8);
  const trip = { card_id, travel_date, travel_from, travel_to, travel_class, travel_cost, transaction_id };
  setItem(state.booking_record, booking_id, dict(trip));
  const booking_history = state.long_context ? state.booking_record : dict({});
  return dict({ booking_id, transaction_id, booking_status: true, booking_history });
}

function invoice(state: TravelState, token: PyValue, booking_id: PyValue): PyValue {
  const refused = refusedToken(state, token);
  if (refused !== undefined) return error(refused);
  if (!contains(state.booking_record, booking_id)) return error('Booking not found');
  const booking = getItem(state.booking_record, booking_id);
  const details: PyDict = { kind: 'dict', entries: [['booking_id', booking_id]] };
  for (const member of ['travel_date', 'travel_from', 'travel_to', 'travel_class', 'travel_cost', 'transaction_id']) {
    dictSet(details, member, getItem(booking, member));
  }
  return dict({ invoice: details });
}

function cancel(state: TravelState, token: PyValue, id: PyValue): PyValue {
  const refuse = (text: string) => dict({ cancel_status: false, error: text });
  const refused = refusedToken(state, token);
  if (refused !== undefined) return refuse(refused);
  if (!contains(state.booking_record, id)) return refuse('Booking not found');
  const booking = getItem(state.booking_record, id);
  const cardId = getItem(booking, 'card_id');
  const cost = getItem(booking, 'travel_cost');
  const card = getItem(state.credit_card_list, cardId);
  setItem(card, 'balance', arithmetic('+', getItem(card, 'balance'), cost));
  deleteItem(state.booking_record, id);
  return dict({ cancel_status: true });
}

function exchange(base: PyValue, target: PyValue, value: PyValue): PyValue {
  for (const [currency, rate] of EXCHANGE_RATES) {
    if (pyEqual(base, 'USD') && pyEqual(target, currency)) {
      return dict({ exchanged_value: floatOf(arithmetic('*', value, rate)) });
    }
    if (pyEqual(base, currency) && pyEqual(target, 'USD')) {
      return dict({ exchanged_value: roundFloat(numberOf(arithmetic('/', value, rate)) as number, 2) });
    }
  }
  throw new PyError('ValueError', 'No available exchange rate for the given currencies.');
}

function verify(state: TravelState, args: readonly PyValue[], world: World): PyValue {
  const [first, last, birth, passport] = args as [PyValue, PyValue, PyValue, PyValue];
  const refuse = (text: string) => dict({ verification_status: false, verification_failure: text });
  if (!pyEqual(state.user_first_name, first) || !pyEqual(state.user_last_name, last)) {
    const expected = f`Expected ${state.user_first_name} ${state.user_last_name}, got ${first} ${last}`;
    return refuse(`Cannot book flight information for another user.${expected}`);
  }
  const date = exceptPy<readonly [number, number, number] | undefined>(
    ['ValueError'],
    () => parseMoment(birth, '%Y-%m-%d').date,
    () => undefined,
  );
  if (!date) return refuse('Invalid date of birth format. Please use YYYY-MM-DD.');
  const [year, month, day] = world.today;
  const birthday = month > date[1] || (month === date[1] && day >= date[2]);
  if (year - date[0] - (birthday ? 0 : 1) < 18) return refuse('Traveler must be at least 18 years old.');
  if (!asText(passport, 'startswith').startsWith('US')) return refuse('Passport must be issued by the United States.');
  return dict({ verification_status: true });
}

function insure(state: TravelState, args: readonly PyValue[]): PyValue {
  const [token, , booking, cost, cardId] = args as [PyValue, PyValue, PyValue, PyValue, PyValue];
  const refuse = (text: string) => dict({ insurance_status: false, error: text });
  const refused = refusedToken(state, token);
  if (refused !== undefined) return refuse(refused);
  if (state.budget_limit !== null && compare('<', state.budget_limit, cost)) return refuse('Exceeded budget limit');
  if (!contains(state.booking_record, booking)) return refuse('Booking not found');
  if (!contains(state.credit_card_list, cardId)) return refuse('Credit card not registered');
  const card = getItem(state.credit_card_list, cardId);
  setItem(card, 'balance', arithmetic('-', getItem(card, 'balance'), cost));
  return dict({ insurance_id: draw(state, 9), insurance_status: true });
}

function authenticate(state: TravelState, scope: PyValue, first: PyValue, last: PyValue): PyValue {
  state.token_expires_in = 2n;
  state.access_token = draw(state, 6);
  state.token_type = 'Bearer';
  state.token_scope = scope;
  state.user_first_name = first;
  state.user_last_name = last;
  return dict({ expires_in: 2n, access_token: state.access_token, token_type: 'Bearer', scope });
}

const SUPPORT =
  'Thank you for contacting customer support. Your message has been received and we will get back to you shortly.';

/** Flights, cards and bookings (specification 6.5). */
export const TravelAPI: EnvironmentClass<TravelState> = {
  name: 'TravelAPI',
  load,
  attributes: (state) => Object.entries(state).filter((member): member is [string, PyValue] => member[0] !== 'random'),
  methods: {
    authenticate_travel: method(
      ['client_id', 'client_secret', 'refresh_token', 'grant_type', 'user_first_name', 'user_last_name'],
      (state, [, , , scope, first, last]) => authenticate(state, scope!, first!, last!),
    ),
    travel_get_login_status: method([], ({ token_expires_in }) =>
      dict({ status: token_expires_in !== null && !pyEqual(token_expires_in, 0n) }),
    ),
    get_budget_fiscal_year: method(
      [
        ['lastModifiedAfter', null],
        ['includeRemoved', null],
      ],
      () => dict({ budget_fiscal_year: '2018' }),
    ),
    register_credit_card: method(
      ['access_token', 'card_number', 'expiration_date', 'cardholder_name', 'card_verification_number'],
      register,
    ),
    get_flight_cost: method(['travel_from', 'travel_to', 'travel_date', 'travel_class'], flightCost),
    get_credit_card_balance: method(['access_token', 'card_id'], (state, [token, id]) => {
      const refused = refusedToken(state, token!);
      if (refused !== undefined) return error(refused);
      if (!contains(state.credit_card_list, id!)) {
        return error(f`Card not registered. Here are a list of card_id's: ${[...iterate(state.credit_card_list)]}`);
      }
      return dict({ card_balance: getItem(getItem(state.credit_card_list, id!), 'balance') });
    }),
    book_flight: method(['access_token', 'card_id', 'travel_date', 'travel_from', 'travel_to', 'travel_class'], book),
    retrieve_invoice: method(
      ['access_token', ['booking_id', null], ['insurance_id', null]],
      (state, [token, booking]) => invoice(state, token!, booking!),
    ),
    get_booking_history: method(['access_token'], (state, [token]) => {
      const refused = refusedToken(state, token!);
      return refused === undefined ? dict({ booking_history: deepCopy(state.booking_record) }) : error(refused);
    }),
    list_all_airports: method([], () => [...AIRPORTS]),
    cancel_booking: method(['access_token', 'booking_id'], (state, [token, id]) => cancel(state, token!, id!)),
    compute_exchange_rate: method(['base_currency', 'target_currency', 'value'], (_, [base, target, value]) =>
      exchange(base!, target!, value!),
    ),
    verify_traveler_information: method(['first_name', 'last_name', 'date_of_birth', 'passport_number'], verify),
    set_budget_limit: method(['access_token', 'budget_limit'], (state, [token, limit]) => {
      const refused = refusedToken(state, token!);
      if (refused !== undefined) return error(refused);
      state.budget_limit = floatOf(limit!);
      return dict({ budget_limit: state.budget_limit });
    }),
    get_nearest_airport_by_city: method(['location'], (_, [location]) => {
      requireHashable(location!);
      const known = typeof location === 'string' && Object.hasOwn(NEAREST_AIRPORTS, location);
      return dict({ nearest_airport: known ? NEAREST_AIRPORTS[location]! : 'Unknown' });
    }),
    purchase_insurance: method(['access_token', 'insurance_type', 'booking_id', 'insurance_cost', 'card_id'], insure),
    contact_customer_support: method(['booking_id', 'message'], (state, [id]) =>
      contains(state.booking_record, id!) ? dict({ customer_support_message: SUPPORT }) : error('Booking not found'),
    ),
    get_all_credit_cards: method([], (state) => dict({ credit_card_list: state.credit_card_list })),
  },
};
