import type { PyDict, PyValue } from '@itool/bfcl';
import type { Api, Check, World } from '../api.ts';
import { inputOf, same, sameBy, sameOutcome, sameRecord, strip, upperStrip } from '../checks.ts';
import { contains, dict, item, iterate, text } from '../py-access.ts';
import { PyError, raise } from '../py-error.ts';
import { pyStrip } from '../py-text.ts';
import { formatTime, normaliseTime, padYear, parseTime, sameTime } from '../py-time.ts';

function value(input: PyDict, parameter: string): string {
  return text(item(input, parameter));
}

/** `_` for a space, as in page addresses; stripped and lower case. */
function pageName(input: PyDict): string {
  return pyStrip(value(input, 'keyword').replaceAll('_', ' ')).toLowerCase();
}

/** The rows of a symptom, each with its name and one other field. */
function symptomRows(world: World, symptom: string, field: 'aid' | 'description'): PyValue {
  if (!contains(world.table('Symptom'), symptom)) raise('The symptom does not exist.');
  return iterate(item(world.table('Symptom'), symptom)).map((row) =>
    dict({ name: item(row, 'name'), [field]: item(row, field) }),
  );
}

/** EmergencyKnowledge builds an error for an empty symptom and then asks it for its lower case, so another error is raised. */
function emergencySymptom(given: PyValue): string {
  const symptom = pyStrip(text(given));
  if (symptom === '') throw new PyError('AttributeError', "'Exception' object has no attribute 'lower'");
  return symptom.toLowerCase();
}

function searchedSymptom(given: PyValue): string {
  return pyStrip(text(given)).toLowerCase() || raise('The symptom cannot be empty.');
}

/** `%m-%d` of a date with or without a year. */
function dayOfYear(given: string): string | PyError {
  const date = padYear(given);
  for (const format of ['%Y-%m-%d', '%m-%d'] as const) {
    try {
      return formatTime(parseTime(date, format), '%m-%d');
    } catch (error) {
      if (!(error instanceof PyError)) throw error;
      if (format === '%m-%d') return error;
    }
  }
  return '';
}

function historyLine(row: PyValue): string {
  const part = (field: string) => pyStrip(text(item(row, field)));
  return `Title: ${part('Title')}, Date: ${part('Date')}, Description: ${part('Description')}`;
}

function queryHistory(input: PyDict, world: World): PyValue {
  const day = dayOfYear(value(input, 'date'));
  if (typeof day !== 'string') throw day;
  if (!contains(world.table('History'), day)) raise('The date is not in the database.');
  return iterate(item(world.table('History'), day)).map(historyLine);
}

function answerQuestion(input: PyDict, world: World): PyValue {
  const url = pyStrip(value(input, 'url'));
  const question = pyStrip(value(input, 'question'));
  if (question === '') raise('The question is empty.');
  if (!contains(world.table('QuestionAnswering'), url)) raise('The document of this url failed to be processed.');
  const answers = item(world.table('QuestionAnswering'), url);
  // The official table holds lists of {question, answer}, in which no question is found: every answer is this one.
  return contains(answers, question) ? item(answers, question) : 'The question is too difficult to answer.';
}

function captionImage(input: PyDict, world: World): PyValue {
  const url = pyStrip(value(input, 'url'));
  if (!/\.(?:jpg|jpeg|png)$/.test(url.slice(-5))) raise('The url should end with .jpg, .jpeg or .png.');
  const image = iterate(world.table('ImageCaptioning')).find((row) => item(row, 'url') === url);
  return image === undefined ? raise('The image of this url failed to be processed.') : item(image, 'caption');
}

function queryStock(input: PyDict, world: World): PyValue {
  const stock_code = upperStrip(item(input, 'stock_code'));
  const date = normaliseTime(value(input, 'date'), '%Y-%m-%d');
  if (stock_code === '') raise('The stock code cannot be empty.');
  if (typeof date !== 'string') throw date;
  if (!contains(world.table('Stock'), stock_code)) raise('The stock code does not exist.');
  const prices = item(world.table('Stock'), stock_code);
  return contains(prices, date) ? item(prices, date) : raise('The stock price of this date is not maintained.');
}

const sameSymptom =
  (normalise: (given: PyValue) => string): Check =>
  (response, target) =>
    sameBy(response, target, 'symptom', normalise) && sameOutcome(response, target);

export const KNOWLEDGE_APIS: Readonly<Record<string, Api>> = {
  EmergencyKnowledge: {
    call: (input, world) => symptomRows(world, emergencySymptom(item(input, 'symptom')), 'aid'),
    check: sameSymptom(emergencySymptom),
  },
  SymptomSearch: {
    call: (input, world) => symptomRows(world, searchedSymptom(item(input, 'symptom')), 'description'),
    check: sameSymptom(searchedSymptom),
  },
  QueryHistoryToday: {
    call: queryHistory,
    check: (response, target) => {
      const day = (record: PyDict) => dayOfYear(text(inputOf(record, 'date')));
      return sameTime(day(response), day(target)) && sameOutcome(response, target);
    },
  },
  Wiki: {
    call: (input, world) => {
      const name = pageName(input);
      if (!contains(world.table('Wiki'), name)) raise('Keyword not found.');
      const page = item(world.table('Wiki'), name);
      return dict({ url: item(page, 'url'), summary: item(page, 'summary') });
    },
    check: (response, target) => same(response, target, 'api_name') && sameOutcome(response, target),
  },
  Dictionary: {
    call: (input, world) => world.services.dictionary(pageName(input)) ?? raise('Failed.'),
    check: (response, target) => item(response, 'api_name') === 'Dictionary' && sameOutcome(response, target),
  },
  DocumentQA: {
    call: answerQuestion,
    check: (response, target) =>
      sameBy(response, target, 'url', strip) &&
      sameBy(response, target, 'question', strip) &&
      sameOutcome(response, target),
  },
  ImageCaption: { call: captionImage, check: sameRecord },
  SpeechRecognition: {
    call: (input, world) => {
      const url = pyStrip(value(input, 'url'));
      if (!url.endsWith('.wav')) raise('The url should end with .wav.');
      if (!contains(world.table('SpeechRecognition'), url)) raise('The audio of this url failed to be processed.');
      return item(world.table('SpeechRecognition'), url);
    },
    check: sameRecord,
  },
  QueryStock: {
    call: queryStock,
    check: (response, target) => {
      const code_equal = sameBy(response, target, 'stock_code', upperStrip);
      const date = (record: PyDict) => normaliseTime(text(inputOf(record, 'date')), '%Y-%m-%d');
      return sameTime(date(response), date(target)) && code_equal && sameOutcome(response, target);
    },
  },
};
