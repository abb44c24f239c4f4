import type { PyDict, PyValue } from '@itool/bfcl';
import type { Api, World } from '../api.ts';
import { inputOf, sameBy, sameMoment, sameOutcome, strip, upperStrip } from '../checks.ts';
import { asDict, contains, dict, item, iterate, put, remove, text } from '../py-access.ts';
import { PyError, raise } from '../py-error.ts';
import { pyStrip } from '../py-text.ts';
import { instant, type Moment, normaliseTime, padYear, parseTime } from '../py-time.ts';

const DATE = '%Y-%m-%d';
const TIME = '%Y-%m-%d %H:%M:%S';

function value(input: PyDict, parameter: string): string {
  return text(item(input, parameter));
}

function normalised(given: string, format: typeof DATE | typeof TIME): string {
  const result = normaliseTime(given, format);
  if (typeof result !== 'string') throw result;
  return result;
}

/** Ids and rows of the appointments of a patient on a date. */
function appointmentsOf(world: World, patient_name: string, date: string): [string, PyValue][] {
  const table = world.table('Appointments');
  return iterate(table)
    .map((id): [string, PyValue] => [text(id), item(table, text(id))])
    .filter(([, row]) => item(row, 'patient_name') === patient_name)
    .filter(([, row]) => normaliseTime(text(item(row, 'date')), DATE) === date);
}

function register(input: PyDict, world: World): string {
  const patient_name = pyStrip(value(input, 'patient_name'));
  const doctor_name = pyStrip(value(input, 'doctor_name'));
  if (patient_name === '' || doctor_name === '') raise('Patient name or doctor name cannot be empty.');
  const date = normalised(value(input, 'date'), DATE);
  for (const [, row] of appointmentsOf(world, patient_name, date)) {
    if (item(row, 'doctor_name') === doctor_name) raise('This appointment has already been registered.');
    raise('This patient has already been registered in this day.');
  }
  const table = world.writable('Appointments');
  let id: string;
  do id = String(10000000 + world.services.integer(90000000));
  while (contains(table, id));
  put(table, id, dict({ patient_name, date, doctor_name }));
  return id;
}

function modifyRegistration(input: PyDict, world: World): string {
  const id = pyStrip(value(input, 'appointment_id'));
  if (!contains(world.table('Appointments'), id)) raise('The appointment ID does not exist.');
  const given_date = item(input, 'new_appointment_date');
  const given_doctor = item(input, 'new_appointment_doctor');
  const date = given_date === null ? null : normaliseTime(text(given_date), DATE);
  const doctor = given_doctor === null ? null : pyStrip(text(given_doctor));
  if (doctor === '') raise('Fail because the doctor name is empty.');
  if (date instanceof PyError) throw date;
  if (date === null && doctor === null) raise('Fail because no modification is made.');
  const row = asDict(item(world.writable('Appointments'), id));
  const same_date = date === item(row, 'date');
  const same_doctor = doctor === item(row, 'doctor_name');
  if (same_date && same_doctor) raise('Fail because no modification is made.');
  if (same_date) raise('Fail because date is not changed.');
  if (same_doctor) raise('Fail because doctor is not changed.');
  if (date !== null) put(row, 'date', date);
  if (doctor !== null) put(row, 'doctor_name', doctor);
  return 'success';
}

/** `health_data` as a list of `{name, value}`; what is left of a list written into a call is text, whose characters have no name. */
function recordHealthData(input: PyDict, world: World): string {
  const user_id = upperStrip(item(input, 'user_id'));
  if (user_id === '') raise('The user id cannot be empty.');
  const time = normalised(value(input, 'time'), TIME);
  const given = item(input, 'health_data');
  const data = given === null ? [] : iterate(given);
  if (data.length === 0) raise('The health data cannot be empty.');
  const names: PyValue[] = [];
  for (const entry of data) {
    if (!contains(entry, 'name')) raise('The health data has invalid format.');
    const name = item(entry, 'name');
    if (names.includes(name)) raise('The health data cannot contain duplicate items.');
    names.push(name);
  }
  const table = world.writable('HealthData');
  if (!contains(table, user_id)) put(table, user_id, []);
  const records = iterate(item(table, user_id));
  let record = records.findLast((row) => item(row, 'time') === time);
  if (record === undefined) {
    record = dict({ time });
    records.push(record);
  }
  for (const entry of data) put(asDict(record), item(entry, 'name'), item(entry, 'value'));
  return 'success';
}

/** A moment, or the error that a query reports after those of both times are known. */
function moment(given: string): Moment | PyError {
  try {
    return parseTime(padYear(given), TIME);
  } catch (error) {
    if (error instanceof PyError) return error;
    throw error;
  }
}

function queryHealthData(input: PyDict, world: World): PyValue {
  const user_id = upperStrip(item(input, 'user_id'));
  const start = moment(value(input, 'start_time'));
  const end = moment(value(input, 'end_time'));
  if (user_id === '') raise('The user id cannot be empty.');
  if (start instanceof PyError && end instanceof PyError) raise(`${start.message}; ${end.message}`);
  if (start instanceof PyError) throw start;
  if (end instanceof PyError) throw end;
  if (instant(start) > instant(end)) raise('The start time cannot be later than the end time.');
  if (!contains(world.table('HealthData'), user_id)) raise('The user id does not exist.');
  const records = iterate(item(world.table('HealthData'), user_id)).filter((row) => {
    const at = instant(parseTime(text(item(row, 'time')), TIME));
    return at >= instant(start) && at <= instant(end);
  });
  return records.length === 0 ? raise('There is no health data in the given time span.') : records;
}

/** Equal when neither is given, or when both are and agree in their normal form. */
function sameOptional(response: PyDict, target: PyDict, parameter: string, compare: () => boolean): boolean {
  const given = [inputOf(response, parameter), inputOf(target, parameter)];
  return given.some((member) => member === null) ? given.every((member) => member === null) : compare();
}

export const HEALTH_APIS: Readonly<Record<string, Api>> = {
  AppointmentRegistration: {
    call: register,
    check: (response, target) => {
      const equal = [
        sameBy(response, target, 'patient_name', strip),
        sameMoment(response, target, 'date', DATE),
        sameBy(response, target, 'doctor_name', strip),
      ];
      if (equal.includes(false)) return false;
      if (item(target, 'output') === null && item(response, 'output') !== null) return false;
      return item(response, 'exception') === item(target, 'exception');
    },
  },
  CancelRegistration: {
    call: (input, world) => {
      const id = pyStrip(value(input, 'appointment_id'));
      if (!contains(world.table('Appointments'), id)) raise('The appointment ID is incorrect.');
      remove(world.writable('Appointments'), id);
      return 'success';
    },
    check: (response, target) => sameBy(response, target, 'appointment_id', strip) && sameOutcome(response, target),
  },
  ModifyRegistration: {
    optional: ['new_appointment_date', 'new_appointment_doctor'],
    call: modifyRegistration,
    check: (response, target) => {
      const equal = [
        sameBy(response, target, 'appointment_id', strip),
        sameOptional(response, target, 'new_appointment_date', () =>
          sameMoment(response, target, 'new_appointment_date', DATE),
        ),
        sameOptional(response, target, 'new_appointment_doctor', () =>
          sameBy(response, target, 'new_appointment_doctor', strip),
        ),
      ];
      return !equal.includes(false) && sameOutcome(response, target);
    },
  },
  QueryRegistration: {
    call: (input, world) => {
      const patient_name = pyStrip(value(input, 'patient_name'));
      const date = normalised(value(input, 'date'), DATE);
      const found = appointmentsOf(world, patient_name, date);
      return found.length === 0 ? raise('No appointments found.') : { kind: 'dict', entries: found };
    },
    check: (response, target) => {
      const equal = [sameBy(response, target, 'patient_name', strip), sameMoment(response, target, 'date', DATE)];
      return !equal.includes(false) && sameOutcome(response, target);
    },
  },
  RecordHealthData: {
    optional: ['health_data'],
    call: recordHealthData,
    check: (response, target) => {
      // Read, hence required, but not compared.
      inputOf(response, 'health_data');
      inputOf(target, 'health_data');
      const equal = [sameBy(response, target, 'user_id', upperStrip), sameMoment(response, target, 'time', TIME)];
      return !equal.includes(false) && sameOutcome(response, target);
    },
  },
  QueryHealthData: {
    call: queryHealthData,
    check: (response, target) => {
      const equal = [
        sameBy(response, target, 'user_id', upperStrip),
        sameMoment(response, target, 'start_time', TIME),
        sameMoment(response, target, 'end_time', TIME),
      ];
      return !equal.includes(false) && sameOutcome(response, target);
    },
  },
};
