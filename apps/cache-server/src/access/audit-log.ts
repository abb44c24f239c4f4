import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

/** Something that somebody may want to know later. Reads that succeed are counted in the metrics only. */
export type AuditEvent = {
  event: string;
  /** Name of the token; absent without a valid one. */
  token?: string;
  address?: string;
  namespace?: string;
  kind?: string;
  key?: string;
  size?: number;
  sha256?: string;
  ref?: string;
  commit?: string;
  detail?: string;
};
export type AuditLine = AuditEvent & { time: string; previous: string };

export type AuditLog = {
  append: (event: AuditEvent) => void;
  /** The last lines, latest first. */
  tail: (count: number) => AuditLine[];
};

const FIRST = '0'.repeat(64);

/** One JSON object for each line; `previous` is the sha256 of the line before, so that a removed or changed line is found. */
export function openAuditLog(path: string, now: () => number): AuditLog {
  let previous = digest(lastLine(path));
  return {
    append: (event) => {
      const line = JSON.stringify({ time: new Date(now()).toISOString(), ...shortened(event), previous });
      try {
        appendFileSync(path, `${line}\n`);
        previous = digest(line);
      } catch (error) {
        // A full disk must not take reads away from a team; standard error still has the line.
        process.stderr.write(`cache-server: audit log cannot be written (${(error as Error).message}): ${line}\n`);
      }
    },
    tail: (count) =>
      linesAtEnd(path, count)
        .flatMap((line) => parseLine(line) ?? [])
        .reverse(),
  };
}

/** Number of the first line that does not follow from the one before; 0 when the chain holds. */
export function brokenAuditLine(path: string): number {
  let previous = FIRST;
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  for (const [index, line] of lines.entries()) {
    if (parseLine(line)?.previous !== previous) return index + 1;
    previous = digest(line);
  }
  return 0;
}

/** Clients have a say in some fields; a line stays below the 2 kB that reading the end of the log counts on. */
function shortened(event: AuditEvent): AuditEvent {
  const cut = (value: unknown): unknown =>
    typeof value === 'string' && value.length > 200 ? value.slice(0, 200) : value;
  return Object.fromEntries(Object.entries(event).map(([field, value]) => [field, cut(value)])) as AuditEvent;
}

/** Undefined for a line that was cut off by a full disk. */
function parseLine(line: string): AuditLine | undefined {
  try {
    return JSON.parse(line) as AuditLine;
  } catch {
    return undefined;
  }
}

function digest(line: string | undefined): string {
  return line === undefined ? FIRST : createHash('sha256').update(line).digest('hex');
}

function lastLine(path: string): string | undefined {
  return linesAtEnd(path, 1)[0];
}

/** Reads the end of the file only: the log grows for years. */
function linesAtEnd(path: string, count: number): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(file);
    const length = Math.min(size, 2048 * (count + 1));
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, size - length);
    const lines = bytes.toString('utf8').split('\n').slice(0, -1);
    return (length < size ? lines.slice(1) : lines).slice(-count);
  } finally {
    closeSync(file);
  }
}
