import { dictGet, isDict, type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import type { Api, World } from '../api.ts';
import { same, sameBy, sameInput, sameOutcome, strip, stripLower } from '../checks.ts';
import { DESCRIPTORS } from '../descriptors.ts';
import { dict, item, iterate, text } from '../py-access.ts';
import { PyError, raise } from '../py-error.ts';
import { compareText, pyStrip } from '../py-text.ts';
import { searchedText } from '../searched-text.ts';
import { calculate } from './calculator.ts';
import { languageCode } from './languages.ts';
import { searchDocuments } from './search-engine.ts';

const TODAY = '2023-03-31';
/** One or two runs of ASCII letters and digits joined by a dot or underscore, `@`, one label, a dot and two or three characters. */
const ADDRESS = /^(?:[a-z0-9]+[._][a-z0-9]+|[a-z0-9]{2,})@[\p{L}\p{N}_]+\.[\p{L}\p{N}_]{2,3}$/u;

function value(input: PyDict, parameter: string): string {
  return text(item(input, parameter));
}

function sendEmail(input: PyDict): string {
  if (!ADDRESS.test(pyStrip(value(input, 'receiver')))) raise('Email address of the receiver is invalid.');
  if (pyStrip(value(input, 'subject')) === '') raise('Subject cannot be empty.');
  if (pyStrip(value(input, 'content')) === '') raise('Content cannot be empty.');
  return 'success';
}

function translate(input: PyDict, world: World): string {
  const language = (parameter: string) => {
    const given = dictGet(input, parameter);
    return given === undefined ? undefined : text(given, 'lower');
  };
  const source = language('src_lang');
  if (source !== undefined) languageCode(source);
  const destination = languageCode(language('tgt_lang'));
  return world.services.translate(value(input, 'src'), destination) ?? raise('The translation service did not answer.');
}

/** Descriptor of an API as a search returns it. */
function found(name: string): PyDict {
  const { description, input_parameters, output_parameters } = DESCRIPTORS.get(name)!;
  const parameters = (table: typeof input_parameters) =>
    dict(Object.fromEntries(Object.entries(table).map(([key, parameter]) => [key, dict(parameter)])));
  return dict({
    name,
    description,
    input_parameters: parameters(input_parameters),
    output_parameters: parameters(output_parameters),
  });
}

/**
 * What ToolSearcher returns for a retrieved API: its descriptor, and before it that of GetUserToken when it needs a token. That
 * first one still carries the text that is searched, which the official code removes only from the best match.
 */
export function searchResult(name: string): PyValue {
  const { input_parameters } = DESCRIPTORS.get(name)!;
  if (!Object.hasOwn(input_parameters, 'token')) return found(name);
  const token = found('GetUserToken');
  token.entries.push(['desc_for_search', searchedText(DESCRIPTORS.get('GetUserToken')!)]);
  return [token, found(name)];
}

/** Documents by title and abstract, last first. Every key is read, also that of a single document. */
function sortedDocuments(output: PyValue): PyValue {
  const keyed = iterate(output).map((row) => ({ row, key: text(item(row, 'title')) + text(item(row, 'abstract')) }));
  return keyed.sort((a, b) => compareText(b.key, a.key)).map(({ row }) => row);
}

function sameDocuments(response: PyDict, target: PyDict): boolean {
  if (!same(response, target, 'api_name') || !same(response, target, 'exception')) return false;
  const outputs = [item(response, 'output'), item(target, 'output')] as const;
  const sorted = outputs.map((output) => (output === null ? null : sortedDocuments(output)));
  // The official code compares two names that it never set for a missing output.
  if (sorted.includes(null)) throw new PyError('UnboundLocalError', 'cannot access local variable');
  return pyEqual(sorted[0]!, sorted[1]!);
}

export const EVERYDAY_APIS: Readonly<Record<string, Api>> = {
  Calculator: {
    call: (input) => calculate(value(input, 'formula')),
    check: (response, target) =>
      sameBy(response, target, 'formula', (given) => text(given, 'replace').replaceAll(' ', '')) &&
      sameOutcome(response, target),
  },
  GetToday: {
    input: 'none',
    call: () => TODAY,
    check: (response) =>
      item(response, 'output') !== null && item(response, 'exception') === null && item(response, 'input') === null,
  },
  PlayMusic: {
    call: (input) => {
      const name = pyStrip(value(input, 'music_name').toLowerCase());
      return name === '' ? raise('The music name cannot be empty.') : `music://${name}`;
    },
    check: (response, target) => same(response, target, 'output'),
  },
  SearchEngine: {
    call: (input, world) => searchDocuments(world.table('SearchEngine'), value(input, 'keyword')),
    check: sameDocuments,
  },
  SendEmail: {
    call: (input) => sendEmail(input),
    check: (response, target) => {
      const equal = [
        sameBy(response, target, 'receiver', stripLower),
        sameBy(response, target, 'subject', strip),
        sameBy(response, target, 'content', strip),
      ];
      return !equal.includes(false) && sameOutcome(response, target);
    },
  },
  ToolSearcher: {
    call: (input, world) => {
      const name = world.services.searchTool(value(input, 'keywords'));
      if (name === null) throw new PyError('AttributeError', "'NoneType' object has no attribute 'pop'");
      return searchResult(name);
    },
    check: sameOutcome,
  },
  Translate: {
    optional: ['src_lang', 'tgt_lang'],
    input: 'given',
    call: translate,
    check: (response, target) =>
      same(response, target, 'api_name') && sameInput(response, target, 'src') && sameOutcome(response, target),
  },
};

/** Name of the API that a recorded search found: the last one when GetUserToken was returned with it. */
export function searchedName(output: PyValue): string | null {
  const last = Array.isArray(output) ? output.at(-1) : output;
  const name = isDict(last) ? dictGet(last, 'name') : undefined;
  return typeof name === 'string' ? name : null;
}
