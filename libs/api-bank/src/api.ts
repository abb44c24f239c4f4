import type { PyDict, PyValue } from '@itool/bfcl';

/** What lies outside the official databases, handed in so that evaluation needs no network and repeats bit by bit. */
export type Services = {
  /** Meanings of a keyword (lower case, stripped), or null when the dictionary has none. */
  dictionary(keyword: string): PyValue | null;
  /** Text in the language of code `destination`, or null when it cannot be translated. */
  translate(text: string, destination: string): string | null;
  /** Name of the API that a search finds, or null. */
  searchTool(keywords: string): string | null;
  /** Uniform integer in [0, bound) for random ids and tokens; checks never compare these. */
  integer(bound: number): number;
};

/** The databases of one sample and what tools remember between calls. */
export type World = {
  services: Services;
  /** A database for reading: the official one, or this world's copy once something was written. */
  table(name: string): PyValue;
  /** This world's own copy of a database whose rows are looked up by name. */
  writable(name: string): PyDict;
  /** What ForgotPassword keeps from its first call. */
  verification: { code: bigint; username: string } | null;
  /** Accounts opened by OpenBankAccount, which has no database file. */
  bank_accounts: string[];
};

/** A check of `check_api_call_correctness`; it may change both dicts, as the official ones do, and throws `PyError`. */
export type Check = (response: PyDict, target: PyDict) => boolean;

export type Api = {
  /** Parameters that may be left out. */
  optional?: readonly string[];
  /** How `result.input` is built: every declared parameter with None for what is missing, only what was given, or None. */
  input?: 'given' | 'none';
  /** Responses of these APIs carry no `api_name`. */
  unnamed?: true;
  /** Runs the call; a `PyError` becomes the exception of the response. */
  call(input: PyDict, world: World): PyValue;
  check: Check;
};
