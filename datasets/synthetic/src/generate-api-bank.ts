import { recordCall, type Services } from '@itool/api-bank';
import { parsePyJson, toJson } from '@itool/bfcl';
import { type RandomStream, randomStream } from '@itool/random';
import type { JsonObject } from '@itool/record';
import type { z } from 'zod';
import { apiBankConfigSchema } from './config.ts';
import { ACCOUNTS, API_BANK_TABLES, DAYS, HOTELS, SONGS, STOCKS, SYMPTOM_NAMES } from './data/api-bank-tables.ts';

/** Dialogues `{level, file, turns}` and databases in API-Bank's form, as `readDialogues` and `readDatabases` take them. */
export type ApiBankSet = { dialogues: JsonObject[]; databases: JsonObject };

type Call = { api_name: string; params: Record<string, string> };
/** What a dialogue is about: the request, and what the assistant says after the last call. */
type Scene = { request: string; calls: Call[]; answer: string };

function tokenCall({ username, password }: (typeof ACCOUNTS)[number]): Call {
  return { api_name: 'GetUserToken', params: { username, password } };
}

const SCENES: Readonly<Record<string, (stream: RandomStream) => Scene>> = {
  stock: (stream) => {
    const stock_code = stream.pick(Object.keys(STOCKS));
    const date = stream.pick(DAYS);
    return {
      request: `What was the stock price of ${stock_code} on ${date}?`,
      calls: [{ api_name: 'QueryStock', params: { stock_code, date } }],
      answer: `That is the price of ${stock_code} on ${date}.`,
    };
  },
  formula: (stream) => {
    const [a, b, c] = [2, 3, 4].map((low) => low + stream.integer(20));
    const formula = `(${a}+${b})*${c}`;
    return {
      request: `Please calculate ${formula} for me.`,
      calls: [{ api_name: 'Calculator', params: { formula } }],
      answer: 'Here is the result of the formula.',
    };
  },
  symptom: (stream) => {
    const symptom = stream.pick(SYMPTOM_NAMES);
    const [api_name, wish] = stream.pick([
      ['SymptomSearch', 'which diseases go with it'],
      ['EmergencyKnowledge', 'what first aid helps'],
    ] as const);
    return {
      request: `I have a ${symptom}. Tell me ${wish}.`,
      calls: [{ api_name, params: { symptom } }],
      answer: `This is what is known about a ${symptom}.`,
    };
  },
  music: (stream) => {
    const music_name = stream.pick(SONGS);
    return {
      request: `Play the song ${music_name}.`,
      calls: [{ api_name: 'PlayMusic', params: { music_name } }],
      answer: `Now playing ${music_name}.`,
    };
  },
  hotel: (stream) => {
    const hotel_name = stream.pick(HOTELS);
    const day = 10 + stream.integer(10);
    const check_in_time = `2023-09-${day}`;
    const check_out_time = `2023-09-${day + 2}`;
    const adult_count = String(1 + stream.integer(2));
    return {
      request: `Book one room in the ${hotel_name} hotel from ${check_in_time} to ${check_out_time} for ${adult_count} adults and 0 children.`,
      calls: [
        {
          api_name: 'BookHotel',
          params: { hotel_name, check_in_time, check_out_time, room_count: '1', adult_count, child_count: '0' },
        },
      ],
      answer: `Your room in the ${hotel_name} hotel is booked.`,
    };
  },
  balance: (stream) => {
    const account = stream.pick(ACCOUNTS);
    return {
      request: `What is my balance? My username is ${account.username} and my password is ${account.password}.`,
      calls: [tokenCall(account), { api_name: 'QueryBalance', params: { token: account.token } }],
      answer: 'This is your balance.',
    };
  },
  alarm: (stream) => {
    const account = stream.pick(ACCOUNTS);
    const time = `${stream.pick(DAYS)} 0${6 + stream.integer(4)}:30:00`;
    return {
      request: `Set an alarm for ${time}. My username is ${account.username} and my password is ${account.password}.`,
      calls: [tokenCall(account), { api_name: 'AddAlarm', params: { token: account.token, time } }],
      answer: `The alarm is set for ${time}.`,
    };
  },
};

const SEARCHES: Readonly<Record<string, string>> = {
  QueryStock: 'stock price',
  Calculator: 'calculator',
  PlayMusic: 'play music',
  BookHotel: 'book hotel',
};

/**
 * Small dialogues over tables of our own: level 1 shows the APIs, in level 2 the tool has to be searched first. Results are those of
 * the simulated APIs.
 * @throws ZodError for a malformed configuration
 */
export function generateApiBank(config: z.input<typeof apiBankConfigSchema>): ApiBankSet {
  const { seed, dialogues, search_share } = apiBankConfigSchema.parse(config);
  const databases = new Map(
    Object.keys(API_BANK_TABLES).map((name) => [name, parsePyJson(JSON.stringify(API_BANK_TABLES[name]))]),
  );
  const turn = ({ api_name, params }: Call, found: string | null = null): JsonObject => {
    const services: Services = {
      dictionary: () => null,
      translate: () => null,
      searchTool: () => found,
      integer: () => 0,
    };
    const call = { api_name, params: new Map(Object.entries(params)) };
    return { role: 'API', api_name, param_dict: params, result: toJson(recordCall(call, databases, services)) };
  };
  const kinds = Object.keys(SCENES);
  const rows = Array.from({ length: dialogues }, (_, i): JsonObject => {
    const stream = randomStream(seed, 'api-bank', i);
    const kind = kinds[i % kinds.length]!;
    const { request, calls, answer } = SCENES[kind]!(stream);
    const search = SEARCHES[calls[0]!.api_name];
    const searched = search !== undefined && stream.uniform() < search_share;
    const turns: JsonObject[] = [{ role: 'User', text: request }];
    if (searched) {
      turns.push(turn({ api_name: 'ToolSearcher', params: { keywords: search } }, calls[0]!.api_name));
      turns.push({ role: 'AI', text: 'I have found a tool for that.' });
    }
    for (const call of calls) turns.push(turn(call));
    turns.push({ role: 'AI', text: answer });
    return { level: searched ? 'L2' : 'L1', file: `${kind}-${i}.jsonl`, turns };
  });
  return { dialogues: rows, databases: API_BANK_TABLES };
}
