/** The text is not a Python expression, or not one that the decoder accepts. */
export class PySyntaxError extends Error {}
