import type { PyDict, PyValue } from '@itool/bfcl';
import type { Api, Check, World } from '../api.ts';
import {
  assertSameName,
  dropInput,
  lower,
  same,
  sameDeletion,
  sameInput,
  sameOutcome,
  sameRecord,
  similarInput,
} from '../checks.ts';
import { asDict, dict, item, iterate, put, remove, text } from '../py-access.ts';
import { raise } from '../py-error.ts';
import { pyStrip } from '../py-text.ts';
import { parseTime } from '../py-time.ts';
import { caller } from './accounts.ts';

const FORMAT = '%Y-%m-%d %H:%M:%S';

function value(input: PyDict, parameter: string): string {
  return text(item(input, parameter));
}

/** The time of a call, which has to parse; the text itself is what is stored and compared. */
function time(input: PyDict, parameter = 'time'): string {
  const given = value(input, parameter);
  parseTime(given, FORMAT);
  return given;
}

/** Times that may be empty are checked only when they are not. */
function optionalTime(input: PyDict, parameter: string): string {
  const given = value(input, parameter);
  if (given !== '') parseTime(given, FORMAT);
  return given;
}

function nonEmpty(input: PyDict, parameter: string, message: string): string {
  const given = value(input, parameter);
  if (pyStrip(given) === '') raise(message);
  return given;
}

/** Key of the first row of a user in which one of the fields has the wanted value. */
function findRow(table: PyValue, username: string, fields: Readonly<Record<string, string>>): PyValue | undefined {
  return iterate(table).find((key) => {
    const row = item(table, text(key));
    if (item(row, 'username') !== username) return false;
    return Object.entries(fields).some(([field, wanted]) => item(row, field) === wanted);
  });
}

function addRow(world: World, table: string, row: PyDict): string {
  const rows = world.writable(table);
  put(rows, `new-${rows.entries.length + 1}`, row);
  return 'success';
}

/** Agenda: content or time names the row; a failure says which of the two was asked for. */
function findAgenda(input: PyDict, world: World, noun: string): { key: string; username: string } {
  const when = optionalTime(input, 'time');
  const username = caller(input, world);
  const content = value(input, 'content');
  const key = findRow(world.table('Agenda'), username, { content, time: when });
  if (key !== undefined) return { key: text(key), username };
  if (content !== '') return raise(`You have no ${noun} about ${content}`);
  return raise(`You have no ${noun} at time : ${when}`);
}

function agendaRow(username: string, input: PyDict): PyDict {
  return dict({
    username,
    content: item(input, 'content'),
    time: item(input, 'time'),
    location: item(input, 'location'),
  });
}

function findAlarm(input: PyDict, world: World, parameter: string, noun: string): { key: string; username: string } {
  const username = caller(input, world);
  const when = value(input, parameter);
  const key = findRow(world.table('Alarm'), username, { time: when });
  return key === undefined ? raise(`You have no ${noun} at time : ${when}`) : { key: text(key), username };
}

function findMeeting(input: PyDict, world: World): string {
  const start_time = optionalTime(input, 'start_time');
  optionalTime(input, 'end_time');
  const meeting_topic = value(input, 'meeting_topic');
  if (pyStrip(meeting_topic) === '' && start_time === '') raise('Meeting Topic and start_time should not be null both');
  const key = findRow(world.table('Meeting'), caller(input, world), { meeting_topic, start_time });
  if (key !== undefined) return text(key);
  if (meeting_topic !== '') return raise(`You have no meeting about ${meeting_topic}`);
  return raise(`You have no meeting at time : ${start_time}`);
}

function findReminder(input: PyDict, world: World): string {
  const when = time(input);
  const content = nonEmpty(input, 'content', 'Content should not be null');
  const key = findRow(world.table('Reminder'), caller(input, world), { content, time: when });
  return key === undefined ? raise(`You have no reminder about ${content} or at time : ${when}`) : text(key);
}

const sameAgenda: Check = (response, target) =>
  similarInput(response, target, 'content') &&
  sameInput(response, target, 'time') &&
  sameInput(response, target, 'location') &&
  sameOutcome(response, target);

const sameReminder: Check = (response, target) =>
  similarInput(response, target, 'content', lower) &&
  sameInput(response, target, 'time') &&
  sameOutcome(response, target);

const named =
  (check: Check): Check =>
  (response, target) => {
    assertSameName(response, target);
    return check(response, target);
  };

const sameMeeting: Check = (response, target) => {
  const similar = similarInput(response, target, 'meeting_topic');
  dropInput(response, 'meeting_topic');
  dropInput(target, 'meeting_topic');
  return similar && same(response, target, 'input') && sameOutcome(response, target);
};

export const CALENDAR_APIS: Readonly<Record<string, Api>> = {
  AddAgenda: {
    call: (input, world) => {
      time(input);
      nonEmpty(input, 'content', 'Content should not be null');
      return addRow(world, 'Agenda', agendaRow(caller(input, world), input));
    },
    check: named(sameAgenda),
  },
  ModifyAgenda: {
    call: (input, world) => {
      const { key, username } = findAgenda(input, world, 'agenda');
      put(world.writable('Agenda'), key, agendaRow(username, input));
      return 'success';
    },
    check: sameAgenda,
  },
  QueryAgenda: {
    call: (input, world) => item(world.table('Agenda'), findAgenda(input, world, 'agenda').key),
    check: sameAgenda,
  },
  DeleteAgenda: {
    call: (input, world) => {
      remove(world.writable('Agenda'), findAgenda(input, world, 'meeting').key);
      return 'success';
    },
    check: sameDeletion,
  },
  AddAlarm: {
    call: (input, world) => {
      const when = time(input);
      return addRow(world, 'Alarm', dict({ username: caller(input, world), time: when }));
    },
    check: sameRecord,
  },
  ModifyAlarm: {
    call: (input, world) => {
      time(input, 'from_time');
      const to_time = time(input, 'to_time');
      const { key, username } = findAlarm(input, world, 'from_time', 'agenda');
      put(world.writable('Alarm'), key, dict({ username, time: to_time }));
      return 'success';
    },
    check: sameRecord,
  },
  QueryAlarm: {
    call: (input, world) => {
      time(input);
      return item(world.table('Alarm'), findAlarm(input, world, 'time', 'alarm clock').key);
    },
    check: sameRecord,
  },
  DeleteAlarm: {
    call: (input, world) => {
      time(input);
      remove(world.writable('Alarm'), findAlarm(input, world, 'time', 'alarm clock').key);
      return 'success';
    },
    check: sameRecord,
  },
  AddMeeting: {
    call: (input, world) => {
      time(input, 'start_time');
      time(input, 'end_time');
      nonEmpty(input, 'meeting_topic', 'Meeting Topic should not be null');
      const { entries } = input;
      const row = dict({ username: caller(input, world) });
      row.entries.push(...entries.filter(([key]) => key !== 'token'));
      return addRow(world, 'Meeting', row);
    },
    check: sameMeeting,
  },
  ModifyMeeting: {
    call: (input, world) => {
      const key = findMeeting(input, world);
      const row = asDict(item(world.writable('Meeting'), key));
      if (value(input, 'meeting_topic') !== '') put(row, 'meeting_topic', item(input, 'meeting_topic'));
      if (value(input, 'start_time') !== '') {
        put(row, 'start_time', item(input, 'start_time'));
        put(row, 'end_time', item(input, 'end_time'));
      }
      return 'success';
    },
    check: sameMeeting,
  },
  QueryMeeting: {
    call: (input, world) => item(world.table('Meeting'), findMeeting(input, world)),
    check: sameMeeting,
  },
  DeleteMeeting: {
    call: (input, world) => {
      remove(world.writable('Meeting'), findMeeting(input, world));
      return 'success';
    },
    check: sameDeletion,
  },
  AddReminder: {
    call: (input, world) => {
      const when = time(input);
      const content = nonEmpty(input, 'content', 'Content should not be null');
      return addRow(world, 'Reminder', dict({ username: caller(input, world), content, time: when }));
    },
    check: named(sameReminder),
  },
  ModifyReminder: {
    call: (input, world) => {
      const row = asDict(item(world.writable('Reminder'), findReminder(input, world)));
      put(row, 'content', item(input, 'content'));
      put(row, 'time', item(input, 'time'));
      return 'success';
    },
    check: named(sameReminder),
  },
  QueryReminder: {
    call: (input, world) => item(world.table('Reminder'), findReminder(input, world)),
    check: sameReminder,
  },
  DeleteReminder: {
    call: (input, world) => {
      remove(world.writable('Reminder'), findReminder(input, world));
      return 'success';
    },
    check: sameDeletion,
  },
};
