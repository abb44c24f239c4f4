import { dictGet, dictSet, type PyDict, type PyValue, pyEqual, pyRepr } from '@itool/bfcl';
import { configured, type EnvironmentClass, method, type Printed, type World } from './environment.ts';
import { isEllipsis } from './long-context.ts';
import { parseMoment, printMoment } from './py-datetime.ts';
import { PyError } from './py-error.ts';
import {
  arithmetic,
  asDict,
  asList,
  asText,
  compare,
  contains,
  dict,
  f,
  floatOf,
  getItem,
  iterate,
  numberOf,
  requireHashable,
  setItem,
  str,
  truthy,
} from './py-operators.ts';
import { createPyRandom, type PyRandom } from './py-random.ts';
import { formatFixed } from './py-round.ts';
import { SECTORS, SYMBOLS, TRADING_DEFAULTS } from './trading-defaults.ts';

export type TradingState = {
  orders: PyValue;
  account_info: PyValue;
  authenticated: PyValue;
  market_status: PyValue;
  order_counter: PyValue;
  stocks: PyValue;
  watch_list: PyValue;
  transaction_history: PyValue;
  long_context: boolean;
  random: PyRandom;
};

/** 2024-09-01 10:30 UTC in seconds: the time at which every scenario plays. */
const NOW = 1725186600n;
const DAY = 86400n;

function error(text: string): PyDict {
  return dict({ error: text });
}

function unauthenticated(state: TradingState, action: string): PyDict | undefined {
  if (truthy(state.authenticated)) return undefined;
  return error(`User not authenticated. Please log in to ${action}.`);
}

function timestamp(state: TradingState): string {
  return printMoment(Number(state.random.randint(NOW, NOW + DAY)));
}

function changeBalance(state: TradingState, op: '+' | '-', amount: PyValue): void {
  setItem(state.account_info, 'balance', arithmetic(op, getItem(state.account_info, 'balance'), amount));
  const entry = dict({ type: op === '+' ? 'deposit' : 'withdrawal', amount, timestamp: timestamp(state) });
  asList(state.transaction_history, 'append').push(entry);
}

function stockInfo(state: TradingState, symbol: PyValue, world: World): PyValue {
  if (!contains(state.stocks, symbol)) return error(f`Stock with symbol '${symbol}' not found.`);
  const stock = getItem(state.stocks, symbol);
  if (!state.long_context) return stock;
  const copy: PyDict = { kind: 'dict', entries: asDict(stock, 'copy').entries.map(([key, value]) => [key, value]) };
  dictSet(copy, 'MA(5)', world.tables!.MA_5_EXTENSION);
  dictSet(copy, 'MA(20)', world.tables!.MA_20_EXTENSION);
  return copy;
}

function orderDetails(state: TradingState, id: PyValue, world: World): PyValue {
  if (!contains(state.orders, id)) {
    return error(f`Order with ID ${id} not found.Here is the list of orders_id: ${[...iterate(state.orders)]}`);
  }
  const order = getItem(state.orders, id);
  if (!state.long_context) return order;
  const copy: PyDict = { kind: 'dict', entries: asDict(order, 'copy').entries.map(([key, value]) => [key, value]) };
  const symbol = str(getItem(copy, 'symbol'));
  const metadata: PyDict = {
    kind: 'dict',
    entries: world.tables!.ORDER_DETAIL_EXTENSION.entries.map(([key, text]) => [
      key,
      str(text).replaceAll('{symbol}', () => symbol),
    ]),
  };
  dictSet(copy, 'metadata', metadata);
  return copy;
}

function placeOrder(state: TradingState, order_type: PyValue, symbol: PyValue, at: PyValue, amount: PyValue): PyValue {
  const refused = unauthenticated(state, 'place an order');
  if (refused) return refused;
  if (!contains(state.stocks, symbol)) return error(f`Invalid stock symbol: ${symbol}`);
  if (compare('<=', at, 0n) || compare('<=', amount, 0n)) return error('Price and amount must be positive values.');
  const price = floatOf(at);
  if (asText(order_type, 'lower').toLowerCase() === 'buy') {
    const cost = arithmetic('*', price, amount);
    const balance = getItem(state.account_info, 'balance');
    if (compare('>', cost, balance)) {
      const shown = [cost, balance].map((value) => formatFixed(Number(numberOf(value)), 2));
      return error(`Insufficient funds: required $${shown[0]} but only $${shown[1]} available.`);
    }
  }
  const id = state.order_counter;
  setItem(state.orders, id, dict({ id, order_type, symbol, price, amount, status: 'Open' }));
  state.order_counter = arithmetic('+', id, 1n);
  return dict({ order_id: id, order_type, status: 'Pending', price, amount });
}

function cancelOrder(state: TradingState, id: PyValue): PyValue {
  if (!contains(state.orders, id)) return error(f`Order with ID ${id} not found.`);
  const order = getItem(state.orders, id);
  if (pyEqual(getItem(order, 'status'), 'Completed')) {
    return error(f`Can't cancel order ${id}. Order is already completed.`);
  }
  setItem(order, 'status', 'Cancelled');
  return dict({ order_id: id, status: 'Cancelled' });
}

function withdraw(state: TradingState, amount: PyValue): PyValue {
  const refused = unauthenticated(state, 'make a transaction');
  if (refused) return refused;
  if (!pyEqual(state.market_status, 'Open')) return error('Market is closed. Transactions are not allowed.');
  if (compare('<=', amount, 0n)) return error('Transaction amount must be positive.');
  if (compare('>', amount, getItem(state.account_info, 'balance'))) return error('Insufficient funds for withdrawal.');
  changeBalance(state, '-', amount);
  return dict({ status: 'Withdrawal successful', new_balance: getItem(state.account_info, 'balance') });
}

function fund(state: TradingState, amount: PyValue): PyValue {
  const refused = unauthenticated(state, 'fund the account');
  if (refused) return refused;
  if (compare('<=', amount, 0n)) return error('Funding amount must be positive.');
  changeBalance(state, '+', amount);
  return dict({ status: 'Account funded successfully', new_balance: getItem(state.account_info, 'balance') });
}

function transactions(state: TradingState, from: PyValue, to: PyValue, world: World): PyValue {
  const refused = unauthenticated(state, 'view transaction history');
  if (refused) return [refused];
  const start = truthy(from) ? parseMoment(from, '%Y-%m-%d').order : Number.NEGATIVE_INFINITY;
  const end = truthy(to) ? parseMoment(to, '%Y-%m-%d').order : Number.POSITIVE_INFINITY;
  const kept = iterate(state.transaction_history).filter((entry) => {
    const { order } = parseMoment(getItem(entry, 'timestamp'), '%Y-%m-%d %H:%M:%S');
    return start <= order && order <= end;
  });
  const added = state.long_context ? world.tables!.TRANSACTION_HISTORY_EXTENSION : [];
  return dict({ transaction_history: [...kept, ...added] });
}

function watchList(state: TradingState, world: World): PyValue | Printed {
  if (!truthy(state.authenticated)) {
    return ['Error: User not authenticated. Please log in to view the watchlist.'];
  }
  if (!state.long_context) return dict({ watchlist: state.watch_list });
  const symbols = [...asList(state.watch_list, 'copy'), ...world.tables!.WATCH_LIST_EXTENSION];
  // The table ends with Python's `...`.
  const shown = symbols.map((symbol) => (isEllipsis(symbol) ? 'Ellipsis' : pyRepr(symbol)));
  return { kind: 'printed', text: `[${shown.join(', ')}]` };
}

function availableStocks(state: TradingState, sector: PyValue, world: World): PyValue {
  requireHashable(sector);
  const known = typeof sector === 'string' && Object.hasOwn(SECTORS, sector) ? SECTORS[sector]! : undefined;
  if (known === undefined) return dict({ stock_list: [] });
  const tables = state.long_context ? world.tables : undefined;
  const added = sector === 'Technology' ? tables?.TECHNOLOGY_EXTENSION : tables?.AUTOMOBILE_EXTENSION;
  return dict({ stock_list: [...known, ...(added ?? [])] });
}

/** `stocks.get(symbol, {}).get('price', 0)`. */
function priceOf(state: TradingState, symbol: PyValue): PyValue {
  requireHashable(symbol);
  const stock = dictGet(asDict(state.stocks, 'get'), symbol) ?? dict({});
  return dictGet(asDict(stock, 'get'), 'price') ?? 0n;
}

function changed(state: TradingState, symbol: PyValue, threshold: PyValue): boolean {
  if (!contains(state.stocks, symbol)) return false;
  const change = numberOf(getItem(getItem(state.stocks, symbol), 'percent_change'));
  if (change === undefined) throw new PyError('TypeError', "bad operand type for abs(): 'str'");
  return compare('>=', change < 0 ? -change : change, threshold);
}

function numberedOrders(orders: PyValue): PyDict {
  const numbered = dict({});
  for (const [key, order] of asDict(orders, 'items').entries) {
    dictSet(numbered, typeof key === 'string' && /^\p{Nd}+$/u.test(key) ? BigInt(key) : key, order);
  }
  return numbered;
}

/** Stock trading on a fixed clock (specification 6.5). */
export const TradingBot: EnvironmentClass<TradingState> = {
  name: 'TradingBot',
  load: (config, world) => {
    const get = (key: keyof typeof TRADING_DEFAULTS) => configured(config, key, TRADING_DEFAULTS[key]);
    const seed = configured(config, 'random_seed', 1053520n);
    return {
      orders: numberedOrders(get('orders')),
      account_info: get('account_info'),
      authenticated: get('authenticated'),
      market_status: get('market_status'),
      order_counter: get('order_counter'),
      stocks: get('stocks'),
      watch_list: get('watch_list'),
      transaction_history: get('transaction_history'),
      long_context: world.long_context,
      random: createPyRandom(typeof seed === 'bigint' ? seed : 1053520n),
    };
  },
  attributes: (state) => Object.entries(state).filter((member): member is [string, PyValue] => member[0] !== 'random'),
  methods: {
    get_current_time: method([], () => dict({ current_time: '10:30 AM' })),
    get_symbol_by_name: method(['name'], (_, [name]) => {
      requireHashable(name!);
      const known = typeof name === 'string' && Object.hasOwn(SYMBOLS, name);
      return dict({ symbol: known ? SYMBOLS[name]! : 'Stock not found' });
    }),
    get_stock_info: method(['symbol'], (state, [symbol], world) => stockInfo(state, symbol!, world)),
    get_order_details: method(['order_id'], (state, [id], world) => orderDetails(state, id!, world)),
    cancel_order: method(['order_id'], (state, [id]) => cancelOrder(state, id!)),
    place_order: method(['order_type', 'symbol', 'price', 'amount'], (state, [type, symbol, price, amount]) =>
      placeOrder(state, type!, symbol!, price!, amount!),
    ),
    withdraw_funds: method(['amount'], (state, [amount]) => withdraw(state, amount!)),
    get_account_info: method([], (state) => unauthenticated(state, 'view account information') ?? state.account_info),
    trading_login: method(['username', 'password'], (state) => {
      if (truthy(state.authenticated)) return dict({ status: 'Already logged in' });
      state.authenticated = true;
      return dict({ status: 'Logged in successfully' });
    }),
    trading_get_login_status: method([], (state) => dict({ status: truthy(state.authenticated) })),
    trading_logout: method([], (state) => {
      if (!truthy(state.authenticated)) return dict({ status: 'No user is currently logged in' });
      state.authenticated = false;
      return dict({ status: 'Logged out successfully' });
    }),
    fund_account: method(['amount'], (state, [amount]) => fund(state, amount!)),
    remove_stock_from_watchlist: method(['symbol'], (state, [symbol]) => {
      const refused = unauthenticated(state, 'modify the watchlist');
      if (refused) return refused;
      if (!contains(state.watch_list, symbol!)) return error(f`Stock ${symbol!} not found in watchlist.`);
      const list = asList(state.watch_list, 'remove');
      list.splice(
        list.findIndex((other) => pyEqual(other, symbol!)),
        1,
      );
      return dict({ status: f`Stock ${symbol!} removed from watchlist successfully.` });
    }),
    get_watchlist: method([], (state, _, world) => watchList(state, world)),
    get_order_history: method([], (state) => {
      const refused = unauthenticated(state, 'view order history');
      return refused ? [refused] : dict({ history: [...iterate(state.orders)] });
    }),
    get_transaction_history: method(
      [
        ['start_date', null],
        ['end_date', null],
      ],
      (state, [from, to], world) => transactions(state, from!, to!, world),
    ),
    get_available_stocks: method(['sector'], (state, [sector], world) => availableStocks(state, sector!, world)),
    filter_stocks_by_price: method(['stocks', 'min_price', 'max_price'], (state, [stocks, least, most]) => {
      const kept = iterate(stocks!).filter(
        (symbol) => compare('>=', priceOf(state, symbol), least!) && compare('<=', priceOf(state, symbol), most!),
      );
      return dict({ filtered_stocks: kept });
    }),
    add_to_watchlist: method(['stock'], (state, [stock]) => {
      if (!contains(state.watch_list, stock!) && contains(state.stocks, stock!)) {
        asList(state.watch_list, 'append').push(stock!);
      }
      return dict({ watchlist: state.watch_list });
    }),
    notify_price_change: method(['stocks', 'threshold'], (state, [stocks, threshold]) => {
      const symbols = iterate(stocks!).filter((symbol) => changed(state, symbol, threshold!));
      const notification =
        symbols.length > 0
          ? `Stocks ${symbols.map(str).join(', ')} have significant price changes.`
          : 'No significant price changes in the selected stocks.';
      return dict({ notification });
    }),
  },
};
