/** An exception of the official code. `type` is the Python class; a KeyError counts differently from every other one. */
export class PyError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** `raise Exception(message)`, the form of every failure that an API reports itself. */
export function raise(message: string): never {
  throw new PyError('Exception', message);
}
