import { parseCalls } from '@itool/tool-call';
import { UNSEEN_TOOLS } from './catalogue.ts';
import { generatePretraining, printNotes } from './generate-pretraining.ts';

const rows = generatePretraining({ seed: 3, rows: 600 });

describe('generatePretraining', () => {
  it('never shows a call: no target has brackets, quotes, or parses as one', () => {
    for (const row of rows) {
      const target = row.messages[row.messages.length - 1]!.content;
      expect(target).not.toMatch(/[[\]()="]/);
      expect(parseCalls(target).status).toBe('noCall');
    }
  });

  it('copies: every word of a copy target stands in its prompt', () => {
    const copies = rows.filter((row) => row.kind === 'copy');
    expect(Math.abs(copies.length / rows.length - 0.5)).toBeLessThan(0.08);
    for (const { messages } of copies) {
      const prompt = new Set(messages[0]!.content.split(/[\s,]+/));
      for (const word of messages[1]!.content.split(/[\s,]+/)) expect(prompt.has(word)).toBe(true);
    }
  });

  it('shows no unseen tool and repeats its bytes', () => {
    const text = JSON.stringify(rows);
    const words = new Set(text.match(/[a-z_]+/g));
    expect(UNSEEN_TOOLS.filter((tool) => words.has(tool.name))).toEqual([]);
    expect(JSON.stringify(generatePretraining({ seed: 3, rows: 600 }))).toBe(text);
  });
});

describe('printNotes', () => {
  it('writes one line per call with plain values', () => {
    const notes = printNotes([
      { name: 'book_tour', arguments: { city: 'Bori', members: ['Kalo', 'Zina'] } },
      { name: 'move_message', arguments: { person: 'Kalo', urgent: false, count: 3 } },
    ]);
    expect(notes).toBe(
      'book_tour | city: Bori | members: Kalo, Zina\nmove_message | person: Kalo | urgent: no | count: 3',
    );
  });
});
