import type { DialogueRow } from '@itool/record';
import { type Grade, gradeCalls, parseCalls } from '@itool/tool-call';
import { generateTraining } from './generate-training.ts';

const rows = generateTraining({ seed: 9, rows: 800, family_weights: { judge: 1 } });

function parts(row: DialogueRow): { truth: string; response: string; grade: Grade } {
  const [, truth, response] = /^truth: (.*)\nresponse: (.*)\n/.exec(row.messages[0]!.content)!;
  return { truth: truth!, response: response!, grade: row.messages[1]!.content[1] as Grade };
}

describe('judge rows', () => {
  it('label whole responses as the deterministic grader does, and fragments of the truth as Excellent', () => {
    let fragments = 0;
    for (const row of rows) {
      const { truth, response, grade } = parts(row);
      expect(row.messages[1]!.content).toMatch(/^\((A\) Excellent|B\) Acceptable|C\) Fair|D\) Poor)$/);
      if (truth.startsWith(response)) expect(grade).toBe('A');
      else if (response.startsWith('[') && !response.endsWith(']')) {
        fragments++;
        expect(grade).not.toBe('A');
      } else expect(grade).toBe(gradeCalls({ expected: parseCalls(truth).calls, predicted: response }));
    }
    expect(fragments).toBeGreaterThan(50);
  });

  it('uses every grade often enough to be learned', () => {
    for (const grade of ['A', 'B', 'C', 'D']) {
      expect(rows.filter((row) => parts(row).grade === grade).length / rows.length).toBeGreaterThan(0.12);
    }
  });
});
