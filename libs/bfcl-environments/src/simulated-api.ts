import { dictGet, isDict, type PyDict, type PyValue } from '@itool/bfcl';
import { ItoolError } from '@itool/record';
import { bindArguments } from './bind-arguments.ts';
import type { EnvironmentClass, Printed, StateValue, World } from './environment.ts';
import { GorillaFileSystem } from './file-system.ts';
import { freshTables, type LongContext } from './long-context.ts';
import { MathAPI } from './math-api.ts';
import { MessageAPI } from './message-api.ts';
import { TwitterAPI } from './posting-api.ts';
import { deepCopy } from './py-operators.ts';
import { TicketAPI } from './ticket-api.ts';
import { TradingBot } from './trading-bot.ts';
import { TravelAPI } from './travel-api.ts';
import { VehicleControlAPI } from './vehicle-control.ts';

/** An instance of a simulated API. */
export type SimulatedApi = {
  class_name: string;
  method_names: readonly string[];
  /** Result of a method; raises `PyError` as the original raises. */
  call(
    name: string,
    positional: readonly PyValue[],
    keywords: readonly (readonly [string, PyValue])[],
  ): PyValue | Printed;
  /** Public attributes, live: they change with later calls. */
  attributes(): [string, StateValue][];
};

/** The state of a class is known to the class alone, so the table forgets its type. */
function factory<State>(definition: EnvironmentClass<State>): (config: PyDict, world: World) => SimulatedApi {
  const method_names = Object.keys(definition.methods);
  return (config, world) => {
    const state = definition.load(config, world);
    return {
      class_name: definition.name,
      method_names,
      call: (name, positional, keywords) => {
        const method = definition.methods[name]!;
        const args = bindArguments(`${definition.name}.${name}`, method.parameters, positional, keywords, world);
        return method.run(state, args, world);
      },
      attributes: () => definition.attributes(state),
    };
  };
}

const FACTORIES = {
  GorillaFileSystem: factory(GorillaFileSystem),
  MathAPI: factory(MathAPI),
  MessageAPI: factory(MessageAPI),
  TwitterAPI: factory(TwitterAPI),
  TicketAPI: factory(TicketAPI),
  TradingBot: factory(TradingBot),
  TravelAPI: factory(TravelAPI),
  VehicleControlAPI: factory(VehicleControlAPI),
};

export type SimulatedClass = keyof typeof FACTORIES;
export const SIMULATED_CLASSES = Object.keys(FACTORIES) as SimulatedClass[];

export function isSimulatedClass(name: string): name is SimulatedClass {
  return Object.hasOwn(FACTORIES, name);
}

/**
 * What the instances of one conversation share. `tables` are needed when `long_context` is set; `today` is year, month and day.
 */
export function createWorld(options: {
  long_context: boolean;
  tables?: LongContext;
  today: readonly [number, number, number];
}): World {
  if (options.long_context && options.tables === undefined) {
    throw new ItoolError({
      code: 'missing_file',
      message: 'bfcl-environments: long-context rows need the extension tables: none given',
      hint: 'Put long_context.json into the data folder, or give long_context.py of the official repository.',
    });
  }
  const tables = options.tables && options.long_context ? freshTables(options.tables) : undefined;
  return { long_context: options.long_context, tables, tags: [], mentions: [], today: options.today };
}

/** An instance of a class in the state that a row's `initial_config` gives it (an empty one if it gives none). */
export function createSimulatedApi(name: string, initial_config: PyDict, world: World): SimulatedApi {
  if (!isSimulatedClass(name)) {
    throw new ItoolError({
      code: 'bad_data',
      message: `bfcl-environments: class is not known: ${name} (${SIMULATED_CLASSES.join(', ')})`,
      hint: 'Only the eight multi-turn classes are simulated; agentic categories of v4 are not covered.',
    });
  }
  const config = dictGet(initial_config, name);
  return FACTORIES[name](isDict(config) ? (deepCopy(config) as PyDict) : { kind: 'dict', entries: [] }, world);
}
