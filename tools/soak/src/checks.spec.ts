import { collectChecks, printChecks } from './checks.ts';

it('tells each check at once and prints a table with the totals last', () => {
  const lines: string[] = [];
  const checks = collectChecks((line) => lines.push(line));
  checks.equal('comment', 'report', 'report', 2.04);
  checks.equal('beta', 'optimize-1', 'nothing');
  checks.measured('second run', '2.0 s');
  checks.skipped('full disk', 'mount is not permitted');
  expect(lines).toEqual([
    'passed  comment (2.0 s)\n',
    'FAILED  beta\n',
    '  expected: optimize-1\n  found:    nothing\n',
    'passed  second run\n',
    'skipped full disk: mount is not permitted\n',
  ]);
  expect(printChecks(checks.done(), checks.skips())).toBe(
    [
      'check       found      s',
      'comment     report   2.0  passed',
      'beta        nothing       FAILED',
      'second run  2.0 s         passed',
      'skipped: full disk: mount is not permitted',
      '2 passed, 1 failed',
      '',
    ].join('\n'),
  );
});
