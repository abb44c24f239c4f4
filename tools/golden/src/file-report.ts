/** How many rows of one golden file were reproduced, or why the file was not looked at. */
export type FileReport =
  | { file: string; rows: number; agreeing: number; first_difference: string | null; note?: string }
  | { file: string; skipped: string };

export type GoldenReport = { suite: string; files: FileReport[]; agree: number; total: number };

export function summarize(suite: string, files: FileReport[]): GoldenReport {
  const compared = files.filter((file) => 'rows' in file);
  return {
    suite,
    files,
    agree: compared.reduce((sum, file) => sum + file.agreeing, 0),
    total: compared.reduce((sum, file) => sum + file.rows, 0),
  };
}

/** Counts rows for which `compare` finds no difference (null) and keeps the first difference. */
export function compareRows<Row>(file: string, rows: readonly Row[], compare: (row: Row) => string | null): FileReport {
  let agreeing = 0;
  let first_difference: string | null = null;
  for (const row of rows) {
    const difference = compare(row);
    if (difference === null) agreeing++;
    else first_difference ??= difference;
  }
  return { file, rows: rows.length, agreeing, first_difference };
}

/** One line per file and last `agree A/B`. */
export function printReport(report: GoldenReport): string {
  const lines = report.files.map((file) => {
    if ('skipped' in file) return `${file.file}: skipped: ${file.skipped}`;
    const first = file.first_difference === null ? '' : `; first difference: ${file.first_difference}`;
    return `${file.file}: ${file.rows} rows, ${file.agreeing} agree${file.note ? ` (${file.note})` : ''}${first}`;
  });
  return [...lines, `agree ${report.agree}/${report.total}`].join('\n');
}
