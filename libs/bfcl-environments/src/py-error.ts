export type PyErrorType =
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'MemoryError'
  | 'NameError'
  | 'OverflowError'
  | 'RecursionError'
  | 'SyntaxError'
  | 'TypeError'
  | 'ValueError'
  | 'ZeroDivisionError';

/** A Python exception; the message is what `str(error)` gives, which for a KeyError is the repr of the key. */
export class PyError extends Error {
  readonly type: PyErrorType;

  constructor(type: PyErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

/** Value of `run`, or of `otherwise` when it raises one of the given types; other errors pass. */
export function exceptPy<Value>(types: readonly PyErrorType[], run: () => Value, otherwise: (error: PyError) => Value) {
  try {
    return run();
  } catch (error) {
    if (error instanceof PyError && types.includes(error.type)) return otherwise(error);
    throw error;
  }
}
