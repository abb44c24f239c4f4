import { dictSet, type PyDict, type PyValue, pyEqual } from '@itool/bfcl';
import { configured, type EnvironmentClass, method, type World } from './environment.ts';
import {
  arithmetic,
  asDict,
  compare,
  contains,
  dict,
  floatOf,
  getItem,
  iterate,
  setItem,
  str,
  truthy,
} from './py-operators.ts';
import { createPyRandom, type PyRandom } from './py-random.ts';

/** Public attributes of the vehicle in the order of the original. */
const ATTRIBUTES = {
  fuelLevel: 0,
  batteryVoltage: 12.6,
  engine_state: 'stopped',
  remainingUnlockedDoors: 4n,
  doorStatus: dict({ driver: 'unlocked', passenger: 'unlocked', rear_left: 'unlocked', rear_right: 'unlocked' }),
  acTemperature: 25,
  fanSpeed: 50n,
  acMode: 'auto',
  humidityLevel: 50,
  headLightStatus: 'off',
  parkingBrakeStatus: 'released',
  brakePedalStatus: 'released',
  distanceToNextVehicle: 50,
  cruiseStatus: 'inactive',
  destination: 'None',
  frontLeftTirePressure: 32,
  frontRightTirePressure: 32,
  rearLeftTirePressure: 30,
  rearRightTirePressure: 30,
} as const satisfies Record<string, PyValue>;

type Attribute = keyof typeof ATTRIBUTES;

export type VehicleState = {
  attributes: Record<Attribute, PyValue>;
  long_context: boolean;
  parkingBrakeForce: PyValue;
  slopeAngle: PyValue;
  brakePedalForce: PyValue;
  random: PyRandom;
};

const ZIP_CODES: Readonly<Record<string, string>> = {
  Rivermist: '83214',
  Stonebrook: '74532',
  Maplecrest: '56108',
  Silverpine: '62947',
  Shadowridge: '71354',
  'Sunset Valley': '83462',
  Oakendale: '47329',
  Willowbend: '52013',
  'Crescent Hollow': '69238',
  Autumnville: '51479',
  'San Francisco': '94016',
};

/** Kilometres between two zip codes, in either direction. */
const DISTANCES: readonly (readonly [string, string, number])[] = [
  ['83214', '74532', 750],
  ['56108', '62947', 320],
  ['71354', '83462', 450],
  ['47329', '52013', 290],
  ['69238', '51479', 630],
  ['94016', '83214', 980],
  ['94016', '94704', 600],
  ['94704', '08540', 2550],
  ['94016', '08540', 1950],
  ['62947', '47329', 1053],
  ['94016', '62947', 780],
  ['74532', '94016', 880],
];

function error(text: string): PyDict {
  return dict({ error: text });
}

function load(config: PyDict, world: World): VehicleState {
  const seed = configured(config, 'random_seed', 141053n);
  const attributes = Object.fromEntries(
    Object.entries(ATTRIBUTES).map(([name, standard]) => {
      const key = name === 'engine_state' ? 'engineState' : name;
      return [name, configured(config, key, standard)];
    }),
  ) as Record<Attribute, PyValue>;
  const locked = asDict(attributes.doorStatus, 'keys').entries.filter(([, status]) => pyEqual(status, 'locked'));
  attributes.remainingUnlockedDoors = BigInt(4 - locked.length);
  return {
    attributes,
    long_context: world.long_context,
    parkingBrakeForce: configured(config, 'parkingBrakeForce', 0),
    slopeAngle: configured(config, 'slopeAngle', 0),
    brakePedalForce: configured(config, 'brakePedalForce', 0),
    random: createPyRandom(typeof seed === 'bigint' ? seed : 141053n),
  };
}

function startEngine(state: VehicleState, mode: PyValue): PyValue {
  const car = state.attributes;
  if (pyEqual(mode, 'STOP')) car.engine_state = 'stopped';
  if (compare('>', car.remainingUnlockedDoors, 0n)) {
    const unlocked = asDict(car.doorStatus, 'items').entries.filter(([, status]) => pyEqual(status, 'unlocked'));
    const doors = unlocked.map(([door]) => str(door)).join(', ');
    return error(`All doors must be locked before starting the engine. Here are the unlocked doors: ${doors}`);
  }
  if (!pyEqual(car.brakePedalStatus, 'pressed')) {
    return error('Brake pedal needs to be pressed when starting the engine.');
  }
  if (!pyEqual(state.brakePedalForce, 1000)) return error('Must press the brake fully before starting the engine.');
  if (compare('<', car.fuelLevel, 0)) return error('Fuel tank is empty.');
  if (!pyEqual(mode, 'START')) return error('Invalid ignition mode.');
  car.engine_state = 'running';
  return dict({ engineState: 'running', fuelLevel: car.fuelLevel, batteryVoltage: car.batteryVoltage });
}

function fillTank(state: VehicleState, amount: PyValue): PyValue {
  const car = state.attributes;
  if (compare('<', amount, 0n)) return error('Fuel amount cannot be negative.');
  const filled = arithmetic('+', car.fuelLevel, amount);
  if (compare('>', filled, 50n)) return error('Cannot fill gas above the tank capacity.');
  if (compare('<', filled, 0)) return error('Fuel tank is empty. Min fuel level is 0 gallons.');
  car.fuelLevel = filled;
  return dict({ fuelLevel: filled });
}

function lockDoors(state: VehicleState, unlock: PyValue, doors: PyValue): PyValue {
  const car = state.attributes;
  const status = truthy(unlock) ? 'unlocked' : 'locked';
  for (const door of iterate(doors)) {
    if (pyEqual(getItem(car.doorStatus, door), status)) continue;
    setItem(car.doorStatus, door, status);
    car.remainingUnlockedDoors = arithmetic(truthy(unlock) ? '+' : '-', car.remainingUnlockedDoors, 1n);
  }
  return dict({ lockStatus: status, remainingUnlockedDoors: car.remainingUnlockedDoors });
}

function adjustClimate(state: VehicleState, temperature: PyValue, unit: PyValue, fan: PyValue, mode: PyValue): PyValue {
  const car = state.attributes;
  if (!(compare('<=', 0n, fan) && compare('<=', fan, 100n))) return error('Fan speed must be between 0 and 100.');
  car.acTemperature = temperature;
  if (pyEqual(unit, 'fahrenheit')) {
    car.acTemperature = arithmetic('/', arithmetic('*', arithmetic('-', temperature, 32n), 5n), 9n);
  }
  car.fanSpeed = fan;
  car.acMode = mode;
  return dict({ currentACTemperature: temperature, climateMode: mode, humidityLevel: car.humidityLevel });
}

function displayStatus(state: VehicleState, option: PyValue, world: World): PyValue {
  const car = state.attributes;
  const shown: Readonly<Record<string, Record<string, PyValue>>> = {
    fuel: { fuelLevel: car.fuelLevel },
    battery: { batteryVoltage: car.batteryVoltage },
    doors: { doorStatus: car.doorStatus },
    climate: {
      currentACTemperature: car.acTemperature,
      fanSpeed: car.fanSpeed,
      climateMode: car.acMode,
      humidityLevel: car.humidityLevel,
    },
    headlights: { headlightStatus: car.headLightStatus },
    parkingBrake: {
      parkingBrakeStatus: car.parkingBrakeStatus,
      parkingBrakeForce: state.parkingBrakeForce,
      slopeAngle: state.slopeAngle,
    },
    brakePedal: { brakePedalStatus: car.brakePedalStatus, brakePedalForce: state.brakePedalForce },
    engine: { engineState: car.engine_state },
  };
  const known = typeof option === 'string' && Object.hasOwn(shown, option);
  const metadata: Record<string, PyValue> = world.long_context
    ? { metadata: world.tables!.CAR_STATUS_METADATA_EXTENSION }
    : {};
  return dict({ ...metadata, ...(known ? shown[option]! : { error: 'Invalid option' }) });
}

function parkingBrake(state: VehicleState, mode: PyValue, world: World): PyValue {
  const engage = pyEqual(mode, 'engage');
  if (!engage && !pyEqual(mode, 'release')) return error('Invalid mode');
  const parkingBrakeStatus = engage ? 'engaged' : 'released';
  state.attributes.parkingBrakeStatus = parkingBrakeStatus;
  state.parkingBrakeForce = engage ? 500 : 0;
  state.slopeAngle = 10;
  const forces = { _parkingBrakeForce: state.parkingBrakeForce, _slopeAngle: 10 };
  const text: Record<string, PyValue> = world.long_context
    ? { parkingBrakeInstruction: world.tables!.PARKING_BRAKE_INSTRUCTION }
    : {};
  return dict({ ...text, parkingBrakeStatus, ...forces });
}

function pressBrake(state: VehicleState, position: PyValue): PyValue {
  if (!(compare('<=', 0n, position) && compare('<=', position, 1n))) {
    return error('Pedal position must be between 0 and 1.');
  }
  if (pyEqual(position, 0n)) return releaseBrake(state);
  state.brakePedalForce = arithmetic('*', position, 1000n);
  state.attributes.brakePedalStatus = 'pressed';
  return dict({ brakePedalStatus: 'pressed', brakePedalForce: floatOf(state.brakePedalForce) });
}

function releaseBrake(state: VehicleState): PyValue {
  state.attributes.brakePedalStatus = 'released';
  state.brakePedalForce = 0;
  return dict({ brakePedalStatus: 'released', brakePedalForce: 0 });
}

function cruise(state: VehicleState, speed: PyValue, activate: PyValue, distance: PyValue): PyValue {
  const car = state.attributes;
  if (pyEqual(car.engine_state, 'stopped')) return error('Start the engine before activating the cruise control.');
  car.distanceToNextVehicle = floatOf(distance);
  const on = truthy(activate);
  if (!on) car.cruiseStatus = 'inactive';
  else if (compare('<', speed, 0n) || compare('>', speed, 120n) || !pyEqual(arithmetic('%', speed, 5n), 0n)) {
    return error('Invalid speed');
  } else car.cruiseStatus = 'active';
  const currentSpeed = floatOf(speed);
  return dict({ cruiseStatus: car.cruiseStatus, currentSpeed, distanceToNextVehicle: floatOf(distance) });
}

function distanceBetween(a: PyValue, b: PyValue, world: World): PyValue {
  const pair = ([from, to]: readonly [string, string, number], x: PyValue, y: PyValue) =>
    pyEqual(from, x) && pyEqual(to, y);
  const known = DISTANCES.find((row) => pair(row, a, b) || pair(row, b, a));
  const found = known ? dict({ distance: known[2] }) : error('distance not found in database.');
  if (world.long_context) dictSet(found, 'intermediaryCities', world.tables!.INTERMEDIARY_CITIES);
  return found;
}

function tirePressure(state: VehicleState, world: World): PyValue {
  const { frontLeftTirePressure, frontRightTirePressure, rearLeftTirePressure, rearRightTirePressure } =
    state.attributes;
  const tires = { frontLeftTirePressure, frontRightTirePressure, rearLeftTirePressure, rearRightTirePressure };
  const [first, ...others] = Object.values(tires);
  const total = others.reduce((sum, pressure) => arithmetic('+', sum, pressure), first!);
  const mean = arithmetic('/', total, 4n);
  const healthy_tire_pressure = compare('<=', 30n, mean) && compare('<=', mean, 35n);
  const car_info = world.long_context ? world.tables!.CAR_STATUS_METADATA_EXTENSION : dict({});
  return dict({ ...tires, healthy_tire_pressure, car_info });
}

function outsideTemperature(state: VehicleState, world: World): PyValue {
  const outside = state.random.uniform(-10, 40);
  if (!world.long_context) return dict({ outsideTemperature: outside });
  // The original writes into the table that every instance shares.
  dictSet(world.tables!.LONG_WEATHER_EXTENSION, 'outsideTemperature', outside);
  return world.tables!.LONG_WEATHER_EXTENSION;
}

/** The controls of a car (specification 6.5). */
export const VehicleControlAPI: EnvironmentClass<VehicleState> = {
  name: 'VehicleControlAPI',
  load,
  attributes: (state) => [...Object.entries(state.attributes), ['long_context', state.long_context]],
  methods: {
    startEngine: method(['ignitionMode'], (state, [mode]) => startEngine(state, mode!)),
    fillFuelTank: method(['fuelAmount'], (state, [amount]) => fillTank(state, amount!)),
    lockDoors: method(['unlock', 'door'], (state, [unlock, doors]) => lockDoors(state, unlock!, doors!)),
    adjustClimateControl: method(
      ['temperature', ['unit', 'celsius'], ['fanSpeed', 50n], ['mode', 'auto']],
      (state, [temperature, unit, fan, mode]) => adjustClimate(state, temperature!, unit!, fan!, mode!),
    ),
    get_outside_temperature_from_google: method([], (state, _, world) => outsideTemperature(state, world)),
    get_outside_temperature_from_weather_com: method([], () => dict({ error: 404n })),
    setHeadlights: method(['mode'], ({ attributes }, [mode]) => {
      if (!contains(['on', 'off', 'auto'], mode!)) return error('Invalid headlight mode.');
      attributes.headLightStatus = pyEqual(mode!, 'on') ? 'on' : 'off';
      return dict({ headlightStatus: attributes.headLightStatus });
    }),
    displayCarStatus: method(['option'], (state, [option], world) => displayStatus(state, option!, world)),
    activateParkingBrake: method(['mode'], (state, [mode], world) => parkingBrake(state, mode!, world)),
    pressBrakePedal: method(['pedalPosition'], (state, [position]) => pressBrake(state, position!)),
    releaseBrakePedal: method([], releaseBrake),
    setCruiseControl: method(['speed', 'activate', 'distanceToNextVehicle'], (state, [speed, activate, distance]) =>
      cruise(state, speed!, activate!, distance!),
    ),
    get_current_speed: method([], (state) => dict({ currentSpeed: state.random.uniform(0, 120) })),
    display_log: method(['messages'], (_, [messages]) => dict({ log: messages! })),
    estimate_drive_feasibility_by_mileage: method(['distance'], ({ attributes }, [distance]) =>
      dict({ canDrive: !compare('<', arithmetic('*', attributes.fuelLevel, 20), distance!) }),
    ),
    liter_to_gallon: method(['liter'], (_, [liter]) => dict({ gallon: arithmetic('*', liter!, 0.264172) })),
    gallon_to_liter: method(['gallon'], (_, [gallon]) => dict({ liter: arithmetic('*', gallon!, 3.78541) })),
    estimate_distance: method(['cityA', 'cityB'], (_, [a, b], world) => distanceBetween(a!, b!, world)),
    get_zipcode_based_on_city: method(['city'], (_, [city]) => {
      const known = typeof city === 'string' && Object.hasOwn(ZIP_CODES, city);
      return dict({ zipcode: known ? ZIP_CODES[city]! : '00000' });
    }),
    set_navigation: method(['destination'], ({ attributes }, [destination]) => {
      attributes.destination = destination!;
      return dict({ status: arithmetic('+', 'Navigating to ', destination!) });
    }),
    check_tire_pressure: method([], (state, _, world) => tirePressure(state, world)),
    find_nearest_tire_shop: method([], () => dict({ shopLocation: '456 Oakwood Avenue, Rivermist, 83214' })),
  },
};
