/** Columns padded to their widest cell; those in `right` are set right. Two spaces between columns, none at the end of a line. */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const widths = Array.from({ length: columns }, (_, c) =>
    rows.reduce((most, row) => Math.max(most, (row[c] ?? '').length), 0),
  );
  const lines = rows.map((row) =>
    widths
      .map((width, c) => (right.includes(c) ? (row[c] ?? '').padStart(width) : (row[c] ?? '').padEnd(width)))
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}
