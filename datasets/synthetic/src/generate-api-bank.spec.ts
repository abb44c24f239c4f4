import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeCall, offlineServices, printCall, readDatabases, readDialogues, samplesOf } from '@itool/api-bank';
import { generateApiBank } from './index.ts';

describe('generateApiBank', () => {
  const made = generateApiBank({ seed: 1, dialogues: 21 });
  const folder = mkdtempSync(join(tmpdir(), 'itool-api-bank-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'd.jsonl'), made.dialogues.map((row) => JSON.stringify(row)).join('\n'));
  writeFileSync(join(folder, 't.json'), JSON.stringify(made.databases));
  const dialogues = readDialogues(join(folder, 'd.jsonl'));
  const databases = readDatabases(join(folder, 't.json'));

  it('makes calls of both levels that succeed and are right by the official rules', () => {
    expect(new Set(dialogues.map(({ level }) => level))).toEqual(new Set(['L1', 'L2']));
    const servicesFor = offlineServices(dialogues, 'oracle');
    const outcomes = dialogues.flatMap((dialogue) =>
      samplesOf(dialogue).flatMap(({ target }) => {
        if (target.role !== 'API') return [];
        const output = printCall(target.api_name, target.param_dict);
        return [judgeCall(output, target, { databases, services: servicesFor(target) }).outcome];
      }),
    );
    expect(outcomes.length).toBeGreaterThan(27);
    expect(new Set(outcomes)).toEqual(new Set(['CORRECT']));
    expect(JSON.stringify(made.dialogues)).not.toContain('"exception":"');
  });
  it('is the same for the same seed only', () => {
    expect(generateApiBank({ seed: 1, dialogues: 21 })).toEqual(made);
    expect(generateApiBank({ seed: 2, dialogues: 21 }).dialogues).not.toEqual(made.dialogues);
  });
});
