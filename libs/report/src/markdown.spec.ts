import { sampleReportData } from '../testdata/sample-report-data.ts';
import { buildReport } from './build-report.ts';

describe('markdownReport', () => {
  const { markdown } = buildReport(sampleReportData);

  it('gives every table row as many cells as its head', () => {
    const tables = markdown
      .trimEnd()
      .split('\n\n')
      .filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(10);
    for (const block of tables) {
      const widths = block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length);
      expect(new Set(widths).size).toBe(1);
    }
  });

  it('draws the tree as a nested list with marked steps', () => {
    expect(markdown).toContain('- root (Q 0.00, N 5, p 1.00)');
    expect(markdown).toContain('  - ` [book_hotel(city="Velora",  ` (Q 0.61, N 3, p 0.55) **chosen**');
    expect(markdown).toContain('    - ` nights=2,  ` (Q −1.00, N 1, p 0.11) **rejected**');
  });
});
