import { dictGet, type PyDict, type PyValue } from '@itool/bfcl';
import type { Directory } from './file-tree.ts';
import type { LongContext } from './long-context.ts';
import { deepCopy } from './py-operators.ts';

/** A set of ints, as MessageAPI keeps its drawn ids. */
export type IdSet = { kind: 'set'; ids: Set<bigint> };
export type StateValue = PyValue | IdSet | Directory;

/** A result that no JSON can hold, as the text that Python's `str` prints. */
export type Printed = { kind: 'printed'; text: string };

/** `standard` gives the default of an optional parameter; it may hand out an object that all calls of a world share. */
export type Parameter = { name: string; standard?: (world: World) => PyValue };

/**
 * What the instances of one conversation share as module state in the original: the extension tables of long-context rows, the
 * default arguments of `post_tweet`, and the date of today.
 */
export type World = {
  long_context: boolean;
  tables: LongContext | undefined;
  tags: PyValue[];
  mentions: PyValue[];
  /** Year, month and day, for the age of a traveller. */
  today: readonly [number, number, number];
};

export type Method<State> = {
  parameters: readonly Parameter[];
  run(state: State, args: readonly PyValue[], world: World): PyValue | Printed;
};

/** One simulated API: how a configuration becomes a state, what of the state is compared, and the public methods. */
export type EnvironmentClass<State> = {
  name: string;
  load(config: PyDict, world: World): State;
  /** Public attributes in the order in which the original sets them. */
  attributes(state: State): [string, StateValue][];
  methods: Readonly<Record<string, Method<State>>>;
};

/** Parameters from names and `[name, default]` pairs. */
function parametersOf(names: readonly (string | [string, PyValue])[]): Parameter[] {
  return names.map((name) => (typeof name === 'string' ? { name } : { name: name[0], standard: () => name[1] }));
}

export function method<State>(
  names: readonly (string | [string, PyValue])[],
  run: Method<State>['run'],
): Method<State> {
  return { parameters: parametersOf(names), run };
}

/** `config.get(key, default)`, where the default is copied so that no two states share it. */
export function configured(config: PyDict, key: string, standard: PyValue): PyValue {
  return dictGet(config, key) ?? deepCopy(standard);
}
