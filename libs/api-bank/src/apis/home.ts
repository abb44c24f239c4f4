import type { PyDict, PyValue } from '@itool/bfcl';
import type { Api, Check } from '../api.ts';
import { inputOf, same, sameBy, sameInput, sameMoment, sameOutcome, stripLower } from '../checks.ts';
import { asDict, contains, dict, item, iterate, put, remove, text } from '../py-access.ts';
import { PyError, raise } from '../py-error.ts';
import { compareText, pyStrip } from '../py-text.ts';
import { normaliseTime } from '../py-time.ts';

const FORMAT = '%Y-%m-%d %H:%M:%S';

function name(input: PyDict, empty: string): string {
  return stripLower(item(input, 'name')) || raise(empty);
}

function time(input: PyDict): string {
  const result = normaliseTime(text(item(input, 'time')), FORMAT);
  if (typeof result !== 'string') throw result;
  return result;
}

function trimDevice(device: PyValue): PyDict {
  const label = stripLower(item(device, 'name'));
  const row = asDict(device);
  put(row, 'name', label);
  put(row, 'description', pyStrip(text(item(row, 'description'))));
  return row;
}

/** Sorts devices by name in place; text in the place of a list has no `sort`. */
function sortDevices(devices: PyValue): PyValue {
  if (!Array.isArray(devices)) throw new PyError('AttributeError', "object has no attribute 'sort'");
  return devices.sort((a, b) => compareText(text(item(a, 'name')), text(item(b, 'name'))));
}

/** The devices of a call, cleaned in place as the official code does it. */
function cleanDevices(input: PyDict): PyValue {
  const devices = item(input, 'devices');
  const names = new Set<PyValue>();
  for (const device of iterate(devices)) {
    if (!contains(device, 'name') || !contains(device, 'description')) raise('Invalid device format.');
    const label = item(trimDevice(device), 'name');
    if (names.has(label)) raise('Device name cannot be duplicated.');
    names.add(label);
  }
  return sortDevices(devices);
}

/** Name and devices agree after both lists were cleaned in place. */
const sameScene: Check = (response, target) => {
  const equal = sameBy(response, target, 'name', stripLower);
  for (const record of [response, target]) iterate(inputOf(record, 'devices')).forEach(trimDevice);
  for (const record of [response, target]) sortDevices(inputOf(record, 'devices'));
  return equal && sameInput(response, target, 'devices');
};

const sameNamed: Check = (response, target) =>
  sameBy(response, target, 'name', stripLower) && sameOutcome(response, target);

function sameSwitch(response: PyDict, target: PyDict): boolean {
  const equal = [sameBy(response, target, 'name', stripLower), sameMoment(response, target, 'time', FORMAT)];
  return !equal.includes(false);
}

export const HOME_APIS: Readonly<Record<string, Api>> = {
  AddScene: {
    call: (input, world) => {
      const scene = name(input, 'Scene name cannot be empty.');
      const devices = cleanDevices(input);
      if (contains(world.table('Scenes'), scene)) raise('Scene name already exists.');
      put(world.writable('Scenes'), scene, devices);
      return 'success';
    },
    check: (response, target) => {
      if (!sameScene(response, target)) return false;
      if (item(target, 'output') === null && item(response, 'output') !== null) return false;
      return same(response, target, 'exception');
    },
  },
  ModifyScene: {
    call: (input, world) => {
      const scene = name(input, 'Scene name cannot be empty.');
      const devices = cleanDevices(input);
      if (!contains(world.table('Scenes'), scene)) raise('The scene does not exist.');
      put(world.writable('Scenes'), scene, devices);
      return 'success';
    },
    check: (response, target) => sameScene(response, target) && sameOutcome(response, target),
  },
  DeleteScene: {
    call: (input, world) => {
      const scene = name(input, 'Scene name cannot be empty.');
      if (!contains(world.table('Scenes'), scene)) raise('The scene does not exist.');
      remove(world.writable('Scenes'), scene);
      return 'success';
    },
    check: sameNamed,
  },
  QueryScene: {
    call: (input, world) => {
      const scene = name(input, 'Scene name cannot be empty.');
      if (!contains(world.table('Scenes'), scene)) raise('Scene not found.');
      return item(world.table('Scenes'), scene);
    },
    check: sameNamed,
  },
  TimedSwitch: {
    call: (input, world) => {
      const device = name(input, 'Name cannot be empty.');
      const when = time(input);
      const table = world.writable('TimeSwitch');
      if (!contains(table, device)) put(table, device, []);
      const switches = iterate(item(table, device));
      const known = switches.find((row) => item(row, 'time') === when);
      if (known) put(asDict(known), 'on', item(input, 'on'));
      else switches.push(dict({ time: when, on: item(input, 'on') }));
      return 'success';
    },
    check: (response, target) => {
      const on_equal = sameInput(response, target, 'on');
      return sameSwitch(response, target) && on_equal && sameOutcome(response, target);
    },
  },
  CancelTimedSwitch: {
    call: (input, world) => {
      const device = name(input, 'name cannot be empty.');
      const when = time(input);
      const table = world.writable('TimeSwitch');
      if (!contains(table, device)) raise('device name does not exist.');
      const switches = iterate(item(table, device));
      const at = switches.findIndex((row) => item(row, 'time') === when);
      if (at < 0) raise('time does not exist.');
      switches.splice(at, 1);
      return 'success';
    },
    check: (response, target) => sameSwitch(response, target) && sameOutcome(response, target),
  },
};
