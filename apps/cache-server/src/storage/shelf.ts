import type { Readable } from 'node:stream';

/** Bytes `start` to `end`, both included, as in an HTTP Range header. */
export type ByteRange = { start: number; end: number };

/**
 * What the server needs of a storage: large data under names that nobody else uses, and small documents that are created once.
 * An entry is data plus one document, and the document comes last, so that no reader ever sees a part of an entry.
 */
export type Shelf = {
  /** For people: where this is. */
  describe: string;
  /**
   * Stores exactly `size` bytes under a fresh id and returns what will tell this object from another one in its place.
   *
   * @throws what `body` throws, or the storage; nothing stays behind
   */
  writeData: (id: string, body: Readable, size: number) => Promise<string>;
  /** Undefined when there is no such data. */
  identityOf: (id: string) => Promise<string | undefined>;
  readData: (id: string, range?: ByteRange) => Promise<Readable>;
  removeData: (id: string) => Promise<void>;
  listData: () => AsyncIterable<{ id: string; size: number; modified: number }>;
  /** False when there is one of this name: of several writers at the same moment exactly one succeeds. */
  createDocument: (name: string, text: string) => Promise<boolean>;
  readDocument: (name: string) => Promise<string | undefined>;
  removeDocument: (name: string) => Promise<void>;
  listDocuments: (prefix: string) => AsyncIterable<string>;
};
