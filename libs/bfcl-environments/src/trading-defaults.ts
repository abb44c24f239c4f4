import type { PyDict, PyValue } from '@itool/bfcl';
import { dict } from './py-operators.ts';

function stock(price: number, change: number, volume: number, week: number, month: number): PyDict {
  return dict({ price, percent_change: change, volume, 'MA(5)': week, 'MA(20)': month });
}

function order(id: bigint, type: string, symbol: string, price: number, amount: bigint, status: string): PyDict {
  return dict({ id, order_type: type, symbol, price, amount, status });
}

/** State of a TradingBot whose configuration leaves a member out. */
export const TRADING_DEFAULTS = {
  orders: {
    kind: 'dict',
    entries: [
      [12345n, order(12345n, 'Buy', 'AAPL', 210.65, 10n, 'Completed')],
      [12446n, order(12446n, 'Sell', 'GOOG', 2840.56, 5n, 'Pending')],
    ],
  } satisfies PyDict as PyDict,
  account_info: dict({ account_id: 12345n, balance: 10000, binding_card: 1974202140965533n }),
  authenticated: false as PyValue,
  market_status: 'Closed' as PyValue,
  order_counter: 12446n as PyValue,
  stocks: dict({
    AAPL: stock(227.16, 0.17, 2.552, 227.11, 227.09),
    GOOG: stock(2840.34, 0.24, 1.123, 2835.67, 2842.15),
    TSLA: stock(667.92, -0.12, 1.654, 671.15, 668.2),
    MSFT: stock(310.23, 0.09, 3.234, 309.88, 310.11),
    NVDA: stock(220.34, 0.34, 1.234, 220.45, 220.67),
    ALPH: stock(1320.45, -0.08, 1.567, 1321.12, 1325.78),
    OMEG: stock(457.23, 0.12, 2.345, 456.78, 458.12),
    QUAS: stock(725.89, -0.03, 1.789, 726.45, 728),
    NEPT: stock(88.34, 0.19, 0.654, 88.21, 88.67),
    SYNX: stock(345.67, 0.11, 2.112, 345.34, 346.12),
    ZETA: stock(22.09, -0.05, 0.789, 22.12, 22.34),
  }),
  watch_list: ['NVDA'] as PyValue,
  transaction_history: [] as PyValue,
};

export const SYMBOLS: Readonly<Record<string, string>> = {
  Apple: 'AAPL',
  Google: 'GOOG',
  Tesla: 'TSLA',
  Microsoft: 'MSFT',
  Nvidia: 'NVDA',
  'Zeta Corp': 'ZETA',
  'Alpha Tech': 'ALPH',
  'Omega Industries': 'OMEG',
  'Quasar Ltd.': 'QUAS',
  'Neptune Systems': 'NEPT',
  'Synex Solutions': 'SYNX',
  Amazon: 'AMZN',
  Gorilla: 'GORI',
};

export const SECTORS: Readonly<Record<string, readonly string[]>> = {
  Technology: ['AAPL', 'GOOG', 'MSFT', 'NVDA'],
  Automobile: ['TSLA', 'F', 'GM'],
};
