import type { BenchFigures } from './run-bench.ts';

/** One line, numbers cut to four decimals as the peer cuts them. */
export function jsonLine(figures: BenchFigures): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.entries(figures).map(([key, value]) => [
        key,
        typeof value === 'number' ? Math.round(value * 1e4) / 1e4 : value,
      ]),
    ),
  );
}

/** The last line of a program's output that is a JSON object. @throws Error with the end of the output when there is none */
export function lastJsonLine(output: string): BenchFigures {
  for (const line of output.trim().split('\n').reverse()) {
    if (!line.startsWith('{')) continue;
    try {
      return JSON.parse(line) as BenchFigures;
    } catch {
      // Not the line of figures: look further up.
    }
  }
  throw new Error(`bench: the output has no line of figures: ${output.trim().slice(-400)}`);
}
