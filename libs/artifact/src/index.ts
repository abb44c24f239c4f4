export {
  type Cell,
  type Columns,
  type ColumnType,
  columnList,
  type Row,
  type RowOf,
} from './columns.ts';
export { type FileDigest, sha256Of } from './file-digest.ts';
export {
  type Blob,
  findBlob,
  type Manifest,
  manifestDigest,
  manifestSchema,
  manifestText,
  type Provenance,
  provenanceSchema,
  provenanceText,
  readManifest,
  readProvenance,
  writeAtomically,
} from './manifest.ts';
export { readParquet } from './read-parquet.ts';
export { type ListColumn, readColumns, readTable, type TableColumns } from './read-table.ts';
export {
  asNoSpace,
  type BlobState,
  blobPath,
  hasBlob,
  inspectBlob,
  openStore,
  putBytes,
  putFile,
  readBlob,
  type Store,
} from './store.ts';
export { writeParquet } from './write-parquet.ts';
export { writeTable } from './write-table.ts';
