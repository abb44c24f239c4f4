/** Effects that verbs are given. */
export type Terminal = {
  /** Root of the checkout. */
  workspace: string;
  /** Results. */
  out: (text: string) => void;
  /** Progress and errors. */
  err: (text: string) => void;
  exit: (code: number) => void;
};

/** JSON for machines: indented, ended by a newline. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}
