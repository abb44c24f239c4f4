import { parseCalls } from '@itool/tool-call';
import { UNSEEN_TOOLS } from './catalogue.ts';
import { generatePretraining, printNotes } from './generate-pretraining.ts';
import { isEvaluationText } from './held-out.ts';

const rows = generatePretraining({ seed: 3, rows: 600 });

describe('generatePretraining', () => {
  it('never shows a call: no answer has a round bracket or parses as one', () => {
    for (const { messages } of rows) {
      for (const { content } of messages.filter((message) => message.role === 'assistant')) {
        expect(content).not.toMatch(/[()]/);
        expect(parseCalls(content).calls).toEqual([]);
      }
    }
  });

  it('adds further requests about the tools of the row, each with its note, and none that belongs to evaluation', () => {
    const notes = rows.filter((row) => row.kind === 'notes');
    const turns = notes.map(({ messages }) => messages.filter((message) => message.role === 'assistant').length);
    expect(turns.every((n) => n >= 1 && n <= 4)).toBe(true);
    expect(turns.filter((n) => n === 4).length / notes.length).toBeGreaterThan(0.5);
    for (const { messages } of notes)
      for (const { role, content } of messages) if (role === 'user') expect(isEvaluationText(content)).toBe(false);
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
  it('writes one line per call, values as in a call', () => {
    const notes = printNotes([
      { name: 'book_tour', arguments: { city: 'Bori', members: ['Kalo', 'Zina'] } },
      { name: 'move_message', arguments: { person: 'Kalo', urgent: false, count: 3 } },
    ]);
    expect(notes).toBe(
      'book_tour city="Bori" members=["Kalo", "Zina"]\nmove_message person="Kalo" urgent=False count=3',
    );
  });
});
