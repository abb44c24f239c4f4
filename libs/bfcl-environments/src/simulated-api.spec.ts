import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDict, type PyDict, parsePyJson } from '@itool/bfcl';
import { createSimulatedApi, createWorld, executeCalls, parseLongContextPython, SIMULATED_CLASSES } from './index.ts';

type Sequence = { class_name: string; title: string; config: string; steps: [call: string, result: string][] };

const sequences = JSON.parse(readFileSync(join(__dirname, '../testdata/call-sequences.json'), 'utf8')) as Sequence[];

function create(
  class_name: string,
  config: string,
  world = createWorld({ long_context: false, today: [2025, 6, 15] }),
) {
  return createSimulatedApi(class_name, parsePyJson(`{"${class_name}": ${config}}`) as PyDict, world);
}

describe.each(sequences)('$class_name: $title', ({ class_name, config, steps }) => {
  const api = create(class_name, config);
  it.each(steps)('%s', (call, result) => {
    expect(executeCalls([call], new Map([[`model_${class_name}_instance`, api]]))).toEqual([result]);
  });
});

describe('simulated APIs', () => {
  it('have 128 methods with names of their own', () => {
    const names = SIMULATED_CLASSES.flatMap((name) => create(name, '{}').method_names);
    expect(names).toHaveLength(128);
    expect(new Set(names).size).toBe(128);
  });
  it('leave the configuration of a row as it is', () => {
    const config = parsePyJson('{"TicketAPI": {"ticket_queue": [], "current_user": "ada"}}') as PyDict;
    const api = createSimulatedApi('TicketAPI', config, createWorld({ long_context: false, today: [2025, 6, 15] }));
    executeCalls(["create_ticket(title='x')"], new Map([['a', api]]));
    expect(config).toEqual(parsePyJson('{"TicketAPI": {"ticket_queue": [], "current_user": "ada"}}'));
  });
  it('share the default lists of post_tweet within a conversation', () => {
    const world = createWorld({ long_context: false, today: [2025, 6, 15] });
    const [one, two] = [0, 1].map(() => create('TwitterAPI', '{"authenticated": true}', world));
    executeCalls(
      ["post_tweet(content='x')", "mention(tweet_id=0, mentioned_usernames=['@a'])"],
      new Map([['one', one!]]),
    );
    const [seen] = executeCalls(["post_tweet(content='y')"], new Map([['two', two!]]));
    expect(seen).toContain('"mentions": ["@a"]');
  });
  it('are named in the error for another class', () => {
    expect(() => create('OtherAPI', '{}')).toThrow('class is not known: OtherAPI (GorillaFileSystem, MathAPI');
  });
});

describe('long-context tables', () => {
  const names = ['WATCH_LIST_EXTENSION', 'TRANSACTION_HISTORY_EXTENSION', 'MA_5_EXTENSION', 'MA_20_EXTENSION'];
  const lists = [...names, 'TECHNOLOGY_EXTENSION', 'AUTOMOBILE_EXTENSION', 'INTERMEDIARY_CITIES'];
  const source = [
    '# our own small tables',
    ...lists.map((name) => `${name} = ["A", 1.50, ...]`),
    'ORDER_DETAIL_EXTENSION = {"news": "All about {symbol}."}',
    'FILE_CONTENT_EXTENSION = """ and\nmore"""',
    "POPULATE_FILE_EXTENSION = ['one.jpg', 'two.jpg']",
    "CAR_STATUS_METADATA_EXTENSION = 'Make: ' 'Ours'",
    'LONG_WEATHER_EXTENSION = {"-1_day": {"uvIndex": 6}}',
    'PARKING_BRAKE_INSTRUCTION = "Pull."',
    'CREDIT_CARD_EXTENSION = {"9": {"balance": 50.00}}',
    'BOOKING_RECORD_EXTENSION = {"b": {"card_id": "9", "travel_cost": 5.0}}',
    "FILES_TAIL_USED = ['log.txt']",
    '',
  ].join('\n');
  const run = (class_name: string, config: string, ...calls: string[]) => {
    const tables = parseLongContextPython(source, 'long_context.py');
    const api = create(class_name, config, createWorld({ long_context: true, tables, today: [2025, 6, 15] }));
    return executeCalls(calls, new Map([['a', api]]));
  };

  it('are read out of Python source as literals', () => {
    const config = '{"authenticated": true, "watch_list": ["N"], "stocks": {"N": {"price": 2}}}';
    expect(
      run('TradingBot', config, 'get_watchlist()', "get_stock_info(symbol='N')", 'get_order_details(order_id=12446)'),
    ).toEqual([
      "['N', 'A', 1.5, Ellipsis]",
      expect.stringContaining('"MA(5)": ["A", 1.5,'),
      expect.stringContaining('"metadata": {"news": "All about GOOG."}'),
    ]);
    expect(() => parseLongContextPython(source.replace('"Pull."', 'open("x")'), 'x.py')).toThrow('table is no literal');
    expect(() => parseLongContextPython('A = 1\n', 'x.py')).toThrow('lacks a table: WATCH_LIST_EXTENSION in x.py');
  });
  it('extend files, directories, cars, cards and bookings', () => {
    const tree =
      '{"root": {"r": {"type": "directory", "contents": {"a.txt": {"type": "file", "content": "x"}, "log.txt": {"type": "file", "content": "y"}}}}}';
    expect(run('GorillaFileSystem', tree, 'ls()', "cat(file_name='a.txt')", "cat(file_name='log.txt')")).toEqual([
      '{"current_directory_content": ["a.txt", "log.txt", "one.jpg", "two.jpg"]}',
      '{"file_content": "x and\\nmore"}',
      '{"file_content": "y"}',
    ]);
    expect(
      run('VehicleControlAPI', '{}', "displayCarStatus(option='fuel')", "activateParkingBrake(mode='release')"),
    ).toEqual([
      '{"metadata": "Make: Ours", "fuelLevel": 0.0}',
      '{"parkingBrakeInstruction": "Pull.", "parkingBrakeStatus": "released", "_parkingBrakeForce": 0.0, "_slopeAngle": 10.0}',
    ]);
    const cancel = "cancel_booking(access_token='t', booking_id='b')";
    expect(run('TravelAPI', '{"access_token": "t", "token_expires_in": 9}', cancel, 'get_all_credit_cards()')).toEqual([
      '{"cancel_status": true}',
      '{"credit_card_list": {"9": {"balance": 55.0}}}',
    ]);
  });
  it('are new for each conversation', () => {
    const tables = parseLongContextPython(source, 'long_context.py');
    const config = '{"access_token": "t", "token_expires_in": 9}';
    for (const _ of [1, 2]) {
      const api = create('TravelAPI', config, createWorld({ long_context: true, tables, today: [2025, 6, 15] }));
      executeCalls(["cancel_booking(access_token='t', booking_id='b')"], new Map([['a', api]]));
      const cards = new Map(api.attributes()).get('credit_card_list');
      expect(isDict(cards as PyDict)).toBe(true);
      expect(executeCalls(['get_all_credit_cards()'], new Map([['a', api]]))[0]).toContain('55.0');
    }
  });
  it('are asked for where a row needs them', () => {
    expect(() => createWorld({ long_context: true, today: [2025, 6, 15] })).toThrow('need the extension tables');
  });
});
