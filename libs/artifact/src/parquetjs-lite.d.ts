declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  export type ParquetField = {
    type: 'UTF8' | 'INT32' | 'DOUBLE' | 'FLOAT' | 'BOOLEAN' | 'BYTE_ARRAY';
    optional?: boolean;
    compression?: 'GZIP' | 'SNAPPY' | 'UNCOMPRESSED';
  };

  export class ParquetSchema {
    constructor(fields: Record<string, ParquetField>);
  }

  export class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: Writable,
      options?: { rowGroupSize?: number },
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    setMetadata(key: string, value: string): void;
    close(): Promise<void>;
  }
}
