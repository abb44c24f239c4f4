import type { RandomStream } from '@itool/random';
import type { JsonObject, JsonValue, Tool } from '@itool/record';

/** A request that one call to a simulated API settles. `{a}` stands for the argument of that name. */
export type EnvironmentTask = {
  method: string;
  texts: readonly string[];
  /** Draws the arguments; `names` gives a name that fits the side of the row. */
  draw(stream: RandomStream, name: () => string): JsonObject;
};

/** A simulated API of BFCL (specification 6.5) as a small place to play in. */
export type EnvironmentPlace = {
  class_name: string;
  /** Whether training shows it. */
  seen: boolean;
  config(stream: RandomStream): JsonObject;
  tools: readonly Tool[];
  tasks: readonly EnvironmentTask[];
};

function tool(name: string, description: string, parameters: Readonly<Record<string, string>>): Tool {
  const properties = Object.fromEntries(
    Object.entries(parameters).map(([key, type]): [string, JsonValue] => [
      key,
      type.startsWith('list') ? { type: 'array', items: { type: 'string' } } : { type },
    ]),
  );
  return { name, description, parameters: { type: 'dict', properties, required: Object.keys(parameters) } };
}

function task(method: string, texts: readonly string[], draw: EnvironmentTask['draw'] = () => ({})): EnvironmentTask {
  return { method, texts, draw };
}

const DOORS = ['driver', 'passenger', 'rear_left', 'rear_right'];
const SYMBOLS = ['AAPL', 'GOOG', 'TSLA', 'MSFT', 'ZETA'];

export const ENVIRONMENT_PLACES: readonly EnvironmentPlace[] = [
  {
    class_name: 'VehicleControlAPI',
    seen: true,
    config: (stream) => ({ fuelLevel: 5 + stream.integer(20) + 0.5 }),
    tools: [
      tool('fillFuelTank', 'Adds fuel in gallons.', { fuelAmount: 'float' }),
      tool('lockDoors', 'Locks or unlocks doors.', { unlock: 'boolean', door: 'list' }),
      tool('setHeadlights', 'Switches the headlights.', { mode: 'string' }),
      tool('set_navigation', 'Sets the destination.', { destination: 'string' }),
    ],
    tasks: [
      task('fillFuelTank', ['Add {fuelAmount} gallons of fuel.', 'Fill in {fuelAmount} gallons.'], (stream) => ({
        fuelAmount: 1 + stream.integer(20),
      })),
      task('lockDoors', ['Lock the {door} door.', 'Please lock the {door} door.'], (stream) => ({
        unlock: false,
        door: [stream.pick(DOORS)],
      })),
      task('setHeadlights', ['Switch the headlights {mode}.', 'Headlights {mode}, please.'], (stream) => ({
        mode: stream.pick(['on', 'off']),
      })),
      task('set_navigation', ['Navigate to {destination}.', 'Take me to {destination}.'], (_, name) => ({
        destination: name(),
      })),
    ],
  },
  {
    class_name: 'TicketAPI',
    seen: true,
    config: () => ({ current_user: 'ada', ticket_counter: 1, ticket_queue: [] }),
    tools: [
      tool('create_ticket', 'Creates a ticket.', { title: 'string', priority: 'integer' }),
      tool('get_user_tickets', 'Lists tickets of the user with a status.', { status: 'string' }),
      tool('ticket_login', 'Logs a user in.', { username: 'string', password: 'string' }),
    ],
    tasks: [
      task('create_ticket', ['Open a ticket "{title}" with priority {priority}.'], (stream, name) => ({
        title: name(),
        priority: 1 + stream.integer(5),
      })),
      task('get_user_tickets', ['Show my tickets with status {status}.'], (stream) => ({
        status: stream.pick(['Open', 'Closed', 'Resolved']),
      })),
      task('ticket_login', ['Log in as {username} with password {password}.'], (stream, name) => ({
        username: name(),
        password: `pw${stream.integer(1000)}`,
      })),
    ],
  },
  {
    class_name: 'MessageAPI',
    seen: true,
    config: () => ({ current_user: 'USR001' }),
    tools: [
      tool('send_message', 'Sends a message to a user.', { receiver_id: 'string', message: 'string' }),
      tool('add_contact', 'Adds a contact.', { user_name: 'string' }),
      tool('search_messages', 'Finds messages with a keyword.', { keyword: 'string' }),
    ],
    tasks: [
      task(
        'send_message',
        ['Tell {receiver_id}: {message}', 'Send {receiver_id} the text {message}'],
        (stream, name) => ({
          receiver_id: stream.pick(['USR002', 'USR003', 'USR004']),
          message: `Meet ${name()}.`,
        }),
      ),
      task('add_contact', ['Add {user_name} to my contacts.', 'New contact: {user_name}.'], (_, name) => ({
        user_name: name(),
      })),
      task('search_messages', ['Search my messages for {keyword}.'], (_, name) => ({ keyword: name() })),
    ],
  },
  {
    class_name: 'TradingBot',
    seen: false,
    config: () => ({ authenticated: true, market_status: 'Open' }),
    tools: [
      tool('get_stock_info', 'Details of a stock.', { symbol: 'string' }),
      tool('add_to_watchlist', 'Puts a stock on the watchlist.', { stock: 'string' }),
      tool('fund_account', 'Pays money into the account.', { amount: 'float' }),
    ],
    tasks: [
      task('get_stock_info', ['Show the stock {symbol}.'], (stream) => ({ symbol: stream.pick(SYMBOLS) })),
      task('add_to_watchlist', ['Watch {stock}.', 'Put {stock} on my watchlist.'], (stream) => ({
        stock: stream.pick(SYMBOLS),
      })),
      task('fund_account', ['Pay in {amount} dollars.'], (stream) => ({ amount: 10 + stream.integer(500) })),
    ],
  },
  {
    class_name: 'TwitterAPI',
    seen: false,
    config: () => ({ authenticated: true, username: 'ada' }),
    tools: [
      tool('follow_user', 'Follows a user.', { username_to_follow: 'string' }),
      tool('post_tweet', 'Posts a text.', { content: 'string' }),
      tool('get_user_stats', 'Statistics of a user.', { username: 'string' }),
    ],
    tasks: [
      task('follow_user', ['Follow {username_to_follow}.'], (_, name) => ({ username_to_follow: name() })),
      task('post_tweet', ['Post: {content}'], (_, name) => ({ content: `Hello ${name()}!` })),
      task('get_user_stats', ['How active is {username}?'], (_, name) => ({ username: name() })),
    ],
  },
];
