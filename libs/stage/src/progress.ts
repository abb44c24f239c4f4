export type ProgressOptions = {
  label: string;
  /** Units of work; leave out when it is not known. */
  total?: number;
  /** `rows`, `steps`, `trees`, ... */
  unit?: string;
};

export type Progress = {
  /** Counts `n` more units done (1 unless told); `note` is shown until the next one, for example `loss 1.23`. */
  tick: (n?: number, note?: string) => void;
  finish: () => void;
};

/** Where progress goes and what time it is: the only effects of this file. */
export type ProgressSink = { write: (text: string) => void; isTerminal: boolean; now: () => number };

const TERMINAL_STEP_MS = 200;
const LINE_STEP_MS = 10_000;

/** Progress with rate and time left: one line that rewrites itself on a terminal, otherwise a line about every 10 s. */
export function startProgress(sink: ProgressSink, { label, total, unit = 'rows' }: ProgressOptions): Progress {
  const start = sink.now();
  const step = sink.isTerminal ? TERMINAL_STEP_MS : LINE_STEP_MS;
  let done = 0;
  let shown = start;
  let note = '';
  const line = (): string => {
    const seconds = (sink.now() - start) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = total !== undefined && rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : '';
    return `${label}: ${done}${total === undefined ? '' : `/${total}`} ${unit}, ${rate.toFixed(rate < 10 ? 2 : 0)}/s${left}${note && `, ${note}`}`;
  };
  const show = (end: string): void => sink.write(sink.isTerminal ? `\r${line()}\u001b[K${end}` : `${line()}\n`);
  return {
    tick: (n = 1, text = '') => {
      done += n;
      note = text;
      if (sink.now() - shown < step) return;
      shown = sink.now();
      show('');
    },
    finish: () => {
      sink.write(sink.isTerminal ? '\r\u001b[K' : '');
      sink.write(`${label}: ${done} ${unit} in ${duration((sink.now() - start) / 1000)}${note && `, ${note}`}\n`);
    },
  };
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
