import { dictGet, dictSet, isTuple, type PyDict, type PyValue, pyEqual, pyIncludes } from '@itool/bfcl';
import { configured, type EnvironmentClass, type IdSet, method } from './environment.ts';
import { PyError } from './py-error.ts';
import {
  arithmetic,
  asDict,
  asList,
  asText,
  contains,
  dict,
  f,
  getItem,
  iterate,
  setItem,
  str,
  truthy,
} from './py-operators.ts';
import { createPyRandom, type PyRandom } from './py-random.ts';
import { zeroFill } from './py-text.ts';

export type MessageState = {
  generated_ids: IdSet | PyValue;
  user_count: PyValue;
  user_map: PyValue;
  inbox: PyValue;
  message_count: PyValue;
  current_user: PyValue;
  random: PyRandom;
};

const USERS = dict({ Alice: 'USR001', Bob: 'USR002', Catherine: 'USR003', Daniel: 'USR004' });
const INBOX = [
  dict({ USR002: 'My name is Alice. I want to connect.' }),
  dict({ USR003: 'Could you upload the file?' }),
  dict({ USR004: 'Could you upload the file?' }),
];
const NOBODY = dict({ error: 'No user is currently logged in.' });

/** First key and value of a message. */
function message(entry: PyValue): [PyValue, PyValue] {
  const first = asDict(entry, 'items').entries[0];
  if (first === undefined) throw new PyError('IndexError', 'list index out of range');
  return first;
}

function userIds(state: MessageState): PyValue[] {
  return asDict(state.user_map, 'values').entries.map(([, id]) => id);
}

function drawId(state: MessageState): PyDict {
  const known = state.generated_ids;
  let id = state.random.randint(10000n, 99999n);
  if (typeof known === 'object' && known !== null && !Array.isArray(known) && known.kind === 'set') {
    while (known.ids.has(id)) id = state.random.randint(10000n, 99999n);
    known.ids.add(id);
  } else {
    // A configuration can only give a list, and a list has no `add`.
    while (contains(known, id)) id = state.random.randint(10000n, 99999n);
    const type = isTuple(known) ? 'tuple' : Array.isArray(known) ? 'list' : 'dict';
    throw new PyError('AttributeError', `'${type}' object has no attribute 'add'`);
  }
  return dict({ new_id: id });
}

function send(state: MessageState, receiver: PyValue, text: PyValue): PyValue {
  if (!truthy(state.current_user)) return NOBODY;
  if (!pyIncludes(userIds(state), receiver)) return dict({ error: f`Receiver ID '${receiver}' not found.` });
  const message_id = drawId(state);
  const entry = dict({});
  setItem(entry, receiver, text);
  asList(state.inbox, 'append').push(entry);
  state.message_count = arithmetic('+', state.message_count, 1n);
  return dict({ sent_status: true, message_id, message: f`Message sent to '${receiver}' successfully.` });
}

function deleteLatest(state: MessageState, receiver: PyValue): PyValue {
  if (!truthy(state.current_user)) return NOBODY;
  const inbox = asList(state.inbox, 'remove');
  for (const entry of [...inbox].reverse()) {
    const [to] = message(entry);
    if (!pyEqual(to, receiver)) continue;
    // `list.remove` takes the first equal message, which need not be the latest one.
    inbox.splice(
      inbox.findIndex((other) => pyEqual(other, entry)),
      1,
    );
    const done = f`Receiver ${receiver}'s latest message deleted successfully.`;
    return dict({ deleted_status: true, receiver_id: to, message: done });
  }
  return dict({ error: f`Receiver ID ${receiver} not found.` });
}

function viewSent(state: MessageState): PyValue {
  if (!truthy(state.current_user)) return NOBODY;
  const messages = dict({});
  for (const entry of iterate(state.inbox)) {
    const [to, text] = message(entry);
    const known = dictGet(messages, to);
    if (Array.isArray(known)) known.push(text);
    else dictSet(messages, to, [text]);
  }
  return dict({ messages });
}

function addContact(state: MessageState, name: PyValue): PyValue {
  if (contains(state.user_map, name)) return dict({ error: f`User name '${name}' already exists.` });
  state.user_count = arithmetic('+', state.user_count, 1n);
  const user_id = `USR${zeroFill(str(state.user_count), 3)}`;
  if (pyIncludes(userIds(state), user_id)) return dict({ error: `User ID '${user_id}' already exists.` });
  setItem(state.user_map, name, user_id);
  return dict({ added_status: true, user_id, message: f`Contact '${name}' added successfully.` });
}

function search(state: MessageState, keyword: PyValue): PyValue {
  if (!truthy(state.current_user)) return NOBODY;
  const wanted = asText(keyword, 'lower').toLowerCase();
  const results: PyValue[] = [];
  for (const entry of iterate(state.inbox)) {
    const [receiver_id, text] = message(entry);
    if (asText(text, 'lower').toLowerCase().includes(wanted)) results.push(dict({ receiver_id, message: text }));
  }
  return dict({ results });
}

function stats(state: MessageState): PyValue {
  if (!truthy(state.current_user)) return NOBODY;
  const contacts = dict({});
  const inbox = iterate(state.inbox);
  for (const entry of inbox) dictSet(contacts, message(entry)[0], true);
  const counts = { received_count: BigInt(inbox.length), total_contacts: BigInt(contacts.entries.length) };
  return dict({ stats: dict(counts) });
}

/** Messages of a workspace (specification 6.5). */
export const MessageAPI: EnvironmentClass<MessageState> = {
  name: 'MessageAPI',
  load: (config) => {
    const seed = configured(config, 'random_seed', 200191n);
    return {
      generated_ids: dictGet(config, 'generated_ids') ?? { kind: 'set', ids: new Set() },
      user_count: configured(config, 'user_count', 4n),
      user_map: configured(config, 'user_map', USERS),
      inbox: configured(config, 'inbox', INBOX),
      message_count: configured(config, 'message_count', 3n),
      current_user: configured(config, 'current_user', null),
      random: createPyRandom(typeof seed === 'bigint' ? seed : 200191n),
    };
  },
  attributes: (state) => [
    ['generated_ids', state.generated_ids],
    ['user_count', state.user_count],
    ['user_map', state.user_map],
    ['inbox', state.inbox],
    ['message_count', state.message_count],
    ['current_user', state.current_user],
  ],
  methods: {
    list_users: method([], (state) => dict({ user_list: [...iterate(state.user_map)] })),
    get_user_id: method(['user'], (state, [user]) => {
      if (!contains(state.user_map, user!)) return dict({ error: f`User '${user!}' not found in the workspace.` });
      return dict({ user_id: getItem(state.user_map, user!) });
    }),
    message_login: method(['user_id'], (state, [id]) => {
      if (!pyIncludes(userIds(state), id!))
        return dict({ login_status: false, message: f`User ID '${id!}' not found.` });
      state.current_user = id!;
      return dict({ login_status: true, message: f`User '${id!}' logged in successfully.` });
    }),
    message_get_login_status: method([], (state) => dict({ login_status: truthy(state.current_user) })),
    send_message: method(['receiver_id', 'message'], (state, [receiver, text]) => send(state, receiver!, text!)),
    delete_message: method(['receiver_id'], (state, [receiver]) => deleteLatest(state, receiver!)),
    view_messages_sent: method([], viewSent),
    add_contact: method(['user_name'], (state, [name]) => addContact(state, name!)),
    search_messages: method(['keyword'], (state, [keyword]) => search(state, keyword!)),
    get_message_stats: method([], stats),
  },
};
