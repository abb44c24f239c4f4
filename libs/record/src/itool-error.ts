export type ItoolErrorCode =
  | 'bad_config'
  | 'bad_data'
  | 'missing_file'
  | 'corrupt_artifact'
  | 'not_reproducible'
  | 'no_space'
  | 'backend'
  | 'internal';

/** The one error class of the project. `message` reads `subsystem: fact: value (valid choices)`; `hint` says what to do next. */
export class ItoolError extends Error {
  readonly code: ItoolErrorCode;
  readonly hint?: string;

  constructor(options: { code: ItoolErrorCode; message: string; hint?: string; cause?: unknown }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ItoolError';
    this.code = options.code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
