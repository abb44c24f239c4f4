/** One line of the table that a soak prints. */
export type Check = { name: string; expected: string; found: string; seconds?: number; passed: boolean };

export type Checks = {
  /** Passes when both texts are equal. */
  equal: (name: string, expected: string, found: string, seconds?: number) => void;
  /** A measured figure; passes always. */
  measured: (name: string, figure: string) => void;
  /** Says that something could not be tried here, and why; counts neither as passed nor as failed. */
  skipped: (name: string, why: string) => void;
  done: () => readonly Check[];
  skips: () => readonly string[];
};

/** @param write gets each check as soon as it is known, since a soak takes minutes */
export function collectChecks(write: (line: string) => void): Checks {
  const checks: Check[] = [];
  const skips: string[] = [];
  const add = (check: Check): void => {
    checks.push(check);
    const time = check.seconds === undefined ? '' : ` (${check.seconds.toFixed(1)} s)`;
    write(`${check.passed ? 'passed' : 'FAILED'}  ${check.name}${time}\n`);
    if (!check.passed) write(`  expected: ${check.expected}\n  found:    ${check.found}\n`);
  };
  return {
    equal: (name, expected, found, seconds) =>
      add({ name, expected, found, passed: expected === found, ...(seconds === undefined ? {} : { seconds }) }),
    measured: (name, figure) => add({ name, expected: 'measured', found: figure, passed: true }),
    skipped: (name, why) => {
      skips.push(`${name}: ${why}`);
      write(`skipped ${name}: ${why}\n`);
    },
    done: () => checks,
    skips: () => skips,
  };
}

/** Table of all checks and, last, `N passed, N failed`. */
export function printChecks(checks: readonly Check[], skips: readonly string[]): string {
  const rows = [
    ['check', 'found', 's', ''],
    ...checks.map(({ name, found, seconds, passed }) => [
      name,
      shorten(found),
      seconds === undefined ? '' : seconds.toFixed(1),
      passed ? 'passed' : 'FAILED',
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
  const failed = checks.filter((check) => !check.passed).length;
  const total = `${checks.length - failed} passed, ${failed} failed`;
  return [...lines, ...skips.map((skip) => `skipped: ${skip}`), total, ''].join('\n');
}

/** The lines that came before have told the whole of it. */
function shorten(found: string): string {
  const line = found.replace(/\s+/g, ' ');
  return line.length > 90 ? `${line.slice(0, 87)}...` : line;
}
