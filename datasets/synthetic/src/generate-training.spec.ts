import { difficultyMeasures, thresholdTier } from '@itool/curriculum';
import type { DialogueRow } from '@itool/record';
import { callsMatch, parseCalls, printCalls } from '@itool/tool-call';
import { UNSEEN_TOOLS } from './catalogue.ts';
import { REFUSAL } from './data/sentences.ts';
import { SLOTS } from './data/slots.ts';
import { generateTraining } from './generate-training.ts';
import { isEvaluationText } from './held-out.ts';
import { NAMES, TITLES } from './names.ts';

const rows = generateTraining({ seed: 42, rows: 3000 });
const targetOf = (row: DialogueRow) => row.messages[row.messages.length - 1]!.content;
const requests = rows.filter((row) => row.family !== 'judge');
const callRows = requests.filter((row) => targetOf(row).startsWith('['));
const shareOf = (part: number) => part / rows.length;

describe('generateTraining', () => {
  it('gives the same bytes for the same seed, whatever the number of rows', () => {
    const again = generateTraining({ seed: 42, rows: 200 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(rows.slice(0, 200)));
    expect(JSON.stringify(generateTraining({ seed: 43, rows: 200 }))).not.toBe(JSON.stringify(again));
  });

  it('writes calls that read back as themselves', () => {
    expect(callRows.length).toBeGreaterThan(2000);
    const broken = callRows.filter((row) => {
      const { status, calls } = parseCalls(targetOf(row));
      const same = printCalls(calls) === targetOf(row) && callsMatch(calls, calls, { tools: row.tools, strict: true });
      return status !== 'ok' || !same;
    });
    expect(broken).toEqual([]);
  });

  it('calls only tools of the row, with every required and no unknown parameter of the right type', () => {
    const typeOf: Record<string, (value: unknown) => boolean> = {
      string: (v) => typeof v === 'string',
      integer: Number.isInteger,
      float: (v) => typeof v === 'number' && !Number.isInteger(v),
      boolean: (v) => typeof v === 'boolean',
      array: (v) => Array.isArray(v) && v.length > 1,
    };
    type Property = { type: string; enum?: unknown[]; format?: string };
    const fits = (value: unknown, schema: Property | undefined): boolean =>
      schema !== undefined &&
      typeOf[schema.type]!(value) &&
      (schema.enum === undefined || schema.enum.includes(value)) &&
      (schema.format !== 'date' || /^\d{4}-\d{2}-\d{2}$/.test(String(value))) &&
      (schema.format !== 'time' || /^([01]\d|2[0-3]):[0-5]\d$/.test(String(value)));
    const wrong = callRows.filter((row) =>
      parseCalls(targetOf(row)).calls.some((call) => {
        const { properties, required } = row.tools.find((t) => t.name === call.name)!.parameters as {
          properties: Record<string, Property>;
          required: string[];
        };
        const known = Object.entries(call.arguments).every(([key, value]) => fits(value, properties[key]));
        return !known || required.some((key) => !Object.hasOwn(call.arguments, key));
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('fills all three tiers about evenly', () => {
    const tiers = { easy: 0, medium: 0, hard: 0 };
    for (const row of rows) tiers[thresholdTier(difficultyMeasures(row, 'last'))]++;
    for (const count of Object.values(tiers)) expect(shareOf(count)).toBeGreaterThan(0.25);
  });

  it('follows the knobs of the tier measures', () => {
    const knobs = { seed: 7, rows: 200, family_weights: { multiple: 1, parallel: 1 } };
    const many = generateTraining({ ...knobs, candidate_tools: { '6': 1 }, calls: { '5': 1 } });
    for (const row of many) {
      const { a, c } = difficultyMeasures(row);
      expect([a, c]).toEqual(row.family === 'multiple' ? [6, 1] : [1, 5]);
    }
    const padded = generateTraining({ ...knobs, long_description_share: 1, candidate_tools: { '3': 1 } });
    for (const row of padded)
      expect(difficultyMeasures(row).b).toBeGreaterThan(row.family === 'multiple' ? 2000 : 1000);
  });

  it('shows no held-out tool, name, title or request text', () => {
    const heldOut = new Set([...UNSEEN_TOOLS.map((tool) => tool.name), ...NAMES.held_out]);
    const titles = new RegExp(TITLES.held_out.join('|'));
    const leaking = rows.filter((row) => {
      const text = JSON.stringify([row.tools, row.messages]);
      return titles.test(text) || text.match(/[A-Za-z_]+/g)!.some((word) => heldOut.has(word));
    });
    expect(leaking).toEqual([]);
    const textOf = (row: DialogueRow) => row.messages.find((m) => m.role === 'user')!.content;
    expect(requests.filter((row) => isEvaluationText(textOf(row)))).toEqual([]);
  });

  it('refuses where no tool fits and asks where a required parameter is missing', () => {
    for (const row of requests) {
      if (row.family.endsWith('irrelevance')) expect(targetOf(row)).toBe(REFUSAL);
    }
    const asking = rows.filter((row) => targetOf(row).startsWith('Please give the '));
    expect(shareOf(asking.length)).toBeGreaterThan(0.05);
    const names = new Set(Object.values(SLOTS).flatMap((slot) => slot.names));
    for (const row of asking) {
      const name = /^Please give the (.*)\.$/.exec(targetOf(row))![1]!;
      expect(names.has(name)).toBe(true);
      expect(JSON.stringify(row.tools)).toContain(`"${name}"`);
    }
  });

  it('refuses weights without a positive sum', () => {
    expect(() => generateTraining({ seed: 1, rows: 1, family_weights: {} })).toThrow('no positive sum');
  });
});
