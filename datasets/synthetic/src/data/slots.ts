/**
 * Slot kinds: what a parameter means, how its schema looks and how requests word it. Phrases are data: `{field}` is filled by
 * the sampler of the kind (`sample-value.ts`), and a phrase whose fields the sampled value lacks is not used.
 */
export type SlotKind =
  | 'city'
  | 'origin'
  | 'destination'
  | 'person'
  | 'members'
  | 'title'
  | 'date'
  | 'time'
  | 'minutes'
  | 'guests'
  | 'nights'
  | 'quantity'
  | 'price'
  | 'weight'
  | 'grade'
  | 'size'
  | 'unit'
  | 'urgent';

/** `preface` goes in front of the request, so that the value has to be inferred from context. */
export type Phrase = { text: string; preface?: string };

export type Slot = {
  /** Parameter names; one is drawn per row, so that the schema has to be read. No Python keyword: `f(class=1)` does not decode. */
  names: readonly string[];
  type: 'string' | 'integer' | 'float' | 'boolean' | 'array';
  format?: 'date' | 'time';
  enum?: readonly string[];
  description: string;
  easy: readonly Phrase[];
  hard: readonly Phrase[];
};

export const SLOTS: Readonly<Record<SlotKind, Slot>> = {
  city: {
    names: ['city', 'place', 'town', 'location'],
    type: 'string',
    description: 'Name of the city.',
    easy: [{ text: 'in {v}' }],
    hard: [
      { text: 'in {v}, not in {x}' },
      { text: 'not in {x} but in {v}' },
      { text: 'in my home town', preface: 'My home town is {v}.' },
      { text: 'near my office', preface: 'I live in {x} and my office is in {v}.' },
    ],
  },
  origin: {
    names: ['origin', 'source', 'start', 'from_city'],
    type: 'string',
    description: 'City of departure.',
    easy: [{ text: 'from {v}' }],
    hard: [
      { text: 'from {v}, not from {x}' },
      { text: 'leaving {v}' },
      { text: 'from home', preface: 'I live in {v}.' },
    ],
  },
  destination: {
    names: ['destination', 'target', 'goal', 'to_city'],
    type: 'string',
    description: 'City of arrival.',
    easy: [{ text: 'to {v}' }],
    hard: [
      { text: 'to {v}, not to {x}' },
      { text: 'not to {x} but to {v}' },
      { text: 'to my office', preface: 'My office is in {v}.' },
    ],
  },
  person: {
    names: ['person', 'name', 'contact', 'recipient'],
    type: 'string',
    description: 'Name of the person.',
    easy: [{ text: 'for {v}' }],
    hard: [
      { text: 'for {v}, not for {x}' },
      { text: 'not for {x} but for {v}' },
      { text: 'for my boss', preface: 'My boss is {v}.' },
      { text: 'for my boss', preface: 'My friend is {x} and my boss is {v}.' },
    ],
  },
  members: {
    names: ['members', 'people', 'team', 'invitees'],
    type: 'array',
    description: 'Names of everybody who takes part.',
    easy: [{ text: 'with {two}' }],
    hard: [{ text: 'with {three}' }, { text: 'with {two} but without {x}' }],
  },
  title: {
    names: ['title', 'subject', 'topic', 'label'],
    type: 'string',
    description: 'Short title.',
    easy: [{ text: 'called "{v}"' }, { text: 'about "{v}"' }],
    hard: [{ text: 'about {v}' }, { text: 'called "{v}", not "{x}"' }],
  },
  date: {
    names: ['date', 'day', 'when', 'on_date'],
    type: 'string',
    format: 'date',
    description: 'Calendar day as YYYY-MM-DD.',
    easy: [{ text: 'on {iso}' }, { text: 'on {long}' }, { text: '{today}' }],
    hard: [
      { text: '{tomorrow}' },
      { text: 'in {days}' },
      { text: 'this coming {weekday}' },
      { text: 'on {short}' },
      { text: 'on {iso} instead of {x}' },
    ],
  },
  time: {
    names: ['time', 'hour', 'at_time', 'moment'],
    type: 'string',
    format: 'time',
    description: 'Time of day as HH:MM on the 24-hour clock.',
    easy: [{ text: 'at {clock}' }, { text: 'at {half_day}' }],
    hard: [{ text: 'at {quarter}' }, { text: 'at {half_day}, not at {x}' }],
  },
  minutes: {
    names: ['minutes', 'duration', 'length', 'limit'],
    type: 'integer',
    description: 'Length in minutes.',
    easy: [{ text: 'for {n} minutes' }, { text: 'for {hours}' }],
    hard: [{ text: 'for {hours}' }, { text: 'for {mixed}' }, { text: 'for {n} minutes, not {x}' }],
  },
  guests: {
    names: ['guests', 'seats', 'party', 'heads'],
    type: 'integer',
    description: 'Number of people.',
    easy: [{ text: 'for {n} people' }, { text: 'for {word} people' }],
    hard: [{ text: 'for {word} people' }, { text: 'for {n} people, not {x}' }, { text: 'for a {group} people' }],
  },
  nights: {
    names: ['nights', 'stay', 'days', 'period'],
    type: 'integer',
    description: 'Number of nights.',
    easy: [{ text: 'for {n} nights' }, { text: 'for {word} nights' }],
    hard: [{ text: 'for {weeks}' }, { text: 'for {n} nights instead of {x}' }, { text: 'for {word} nights' }],
  },
  quantity: {
    names: ['quantity', 'count', 'number', 'pieces'],
    type: 'integer',
    description: 'How many are wanted.',
    easy: [{ text: 'with {n} pieces' }, { text: 'with {word} pieces' }],
    hard: [{ text: 'with a {group} pieces' }, { text: 'with {n} pieces, not {x}' }, { text: 'with {word} pieces' }],
  },
  price: {
    names: ['price', 'amount', 'budget', 'cost'],
    type: 'integer',
    description: 'Amount of money in dollars.',
    easy: [{ text: 'at {n} dollars' }],
    hard: [
      { text: 'at {n} dollars, not {x}' },
      { text: 'at {cheap_pair} dollars, whichever is cheaper' },
      { text: 'at {dear_pair} dollars, whichever is pricier' },
      { text: 'at {cents} cents' },
    ],
  },
  weight: {
    names: ['weight', 'kilos', 'mass', 'load'],
    type: 'float',
    description: 'Weight in kilograms.',
    easy: [{ text: 'of {n} kg' }],
    hard: [{ text: 'of {grams} grams' }, { text: 'of {n} kg, not {x}' }],
  },
  grade: {
    names: ['grade', 'rank', 'level', 'tier'],
    type: 'string',
    enum: ['basic', 'plus', 'premium'],
    description: 'Grade of the offer.',
    easy: [{ text: 'as {v}' }],
    hard: [
      { text: 'as {v}, not {x}' },
      { text: 'with the {lowest} grade' },
      { text: 'with the {middle} grade' },
      { text: 'with the {highest} grade' },
    ],
  },
  size: {
    names: ['size', 'format', 'kind', 'option'],
    type: 'string',
    enum: ['small', 'medium', 'large'],
    description: 'Size of the item.',
    easy: [{ text: 'in {v} size' }],
    hard: [
      { text: 'in {v} size, not {x}' },
      { text: 'in the {lowest} size' },
      { text: 'in the {middle} size' },
      { text: 'in the {highest} size' },
    ],
  },
  unit: {
    names: ['unit', 'scale', 'units'],
    type: 'string',
    enum: ['celsius', 'fahrenheit'],
    description: 'Unit of the temperatures.',
    easy: [{ text: 'in {v}' }],
    hard: [{ text: 'in {v} instead of {x}' }, { text: 'in {v}, not {x}' }],
  },
  urgent: {
    names: ['urgent', 'express', 'priority'],
    type: 'boolean',
    description: 'Whether it has to be quick.',
    easy: [{ text: 'as {yes}' }, { text: 'as {no}' }],
    hard: [{ text: 'in {hurry}' }, { text: 'without {calm}' }],
  },
};
