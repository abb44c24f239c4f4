import { type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import { configured, type EnvironmentClass, method } from './environment.ts';
import {
  arithmetic,
  asDict,
  asList,
  asText,
  compare,
  dict,
  f,
  getItem,
  iterate,
  setItem,
  str,
  truthy,
} from './py-operators.ts';

export type TicketState = { ticket_queue: PyValue; ticket_counter: PyValue; current_user: PyValue };

const FIELDS = ['title', 'description', 'status', 'priority'];

function find(state: TicketState, id: PyValue): PyValue | undefined {
  return iterate(state.ticket_queue).find((ticket) => pyEqual(getItem(ticket, 'id'), id));
}

/** The value of `run` on the ticket, or the error that there is none; an empty ticket counts as none. */
function withTicket(state: TicketState, id: PyValue, run: (ticket: PyValue) => PyValue): PyValue {
  const ticket = find(state, id);
  return ticket === undefined || !truthy(ticket) ? dict({ error: f`Ticket with ID ${id} not found.` }) : run(ticket);
}

function create(state: TicketState, title: PyValue, description: PyValue, priority: PyValue): PyValue {
  if (!truthy(state.current_user)) {
    return dict({ error: 'User not authenticated. Please log in to create a ticket.' });
  }
  if (compare('<', priority, 1n) || compare('>', priority, 5n)) {
    return dict({ error: 'Invalid priority. Priority must be between 1 and 5.' });
  }
  const owner = { created_by: state.current_user };
  const ticket = dict({ id: state.ticket_counter, title, description, status: 'Open', priority, ...owner });
  asList(state.ticket_queue, 'append').push(ticket);
  state.ticket_counter = arithmetic('+', state.ticket_counter, 1n);
  return ticket;
}

function edit(ticket: PyValue, id: PyValue, updates: PyValue): PyDict {
  const entries = asDict(updates, 'keys').entries;
  const invalid = entries.map(([key]) => key).filter((key) => typeof key !== 'string' || !FIELDS.includes(key));
  // The original joins a set: with more than one such field the order of its text is that of hashes.
  if (invalid.length > 0) return dict({ error: `Invalid fields for update: ${invalid.map(str).join(', ')}` });
  for (const [key, value] of entries) if (value !== null) setItem(ticket, key, value);
  return dict({ status: f`Ticket ${id} has been updated successfully.` });
}

function userTickets(state: TicketState, status: PyValue): PyValue {
  if (!truthy(state.current_user)) {
    return [dict({ error: 'User not authenticated. Please log in to view tickets.' })];
  }
  const own = iterate(state.ticket_queue).filter((ticket) =>
    pyEqual(getItem(ticket, 'created_by'), state.current_user),
  );
  if (!truthy(status)) return own;
  const lower = (text: PyValue) => asText(text, 'lower').toLowerCase();
  return own.filter((ticket) => lower(getItem(ticket, 'status')) === lower(status));
}

/** Support tickets (specification 6.5). */
export const TicketAPI: EnvironmentClass<TicketState> = {
  name: 'TicketAPI',
  load: (config) => ({
    ticket_queue: configured(config, 'ticket_queue', []),
    ticket_counter: configured(config, 'ticket_counter', 1n),
    current_user: configured(config, 'current_user', null),
  }),
  attributes: (state) => Object.entries(state),
  methods: {
    create_ticket: method(['title', ['description', ''], ['priority', 1n]], (state, [title, description, priority]) =>
      create(state, title!, description!, priority!),
    ),
    get_ticket: method(['ticket_id'], (state, [id]) => withTicket(state, id!, (ticket) => ticket)),
    close_ticket: method(['ticket_id'], (state, [id]) =>
      withTicket(state, id!, (ticket) => {
        if (pyEqual(getItem(ticket, 'status'), 'Closed'))
          return dict({ error: f`Ticket with ID ${id!} is already closed.` });
        setItem(ticket, 'status', 'Closed');
        return dict({ status: f`Ticket ${id!} has been closed successfully.` });
      }),
    ),
    resolve_ticket: method(['ticket_id', 'resolution'], (state, [id, resolution]) =>
      withTicket(state, id!, (ticket) => {
        if (pyEqual(getItem(ticket, 'status'), 'Resolved')) {
          return dict({ error: f`Ticket with ID ${id!} is already resolved.` });
        }
        setItem(ticket, 'status', 'Resolved');
        setItem(ticket, 'resolution', resolution!);
        return dict({ status: f`Ticket ${id!} has been resolved successfully.` });
      }),
    ),
    edit_ticket: method(['ticket_id', 'updates'], (state, [id, updates]) =>
      withTicket(state, id!, (ticket) => edit(ticket, id!, updates!)),
    ),
    ticket_login: method(['username', 'password'], (state, [username, password]) => {
      const success = truthy(username!) && truthy(password!);
      if (success) state.current_user = username!;
      return dict({ success });
    }),
    ticket_get_login_status: method([], (state) => dict({ login_status: truthy(state.current_user) })),
    logout: method([], (state) => {
      const success = truthy(state.current_user);
      if (success) state.current_user = null;
      return dict({ success });
    }),
    get_user_tickets: method([['status', null]], (state, [status]) => userTickets(state, status!)),
  },
};
