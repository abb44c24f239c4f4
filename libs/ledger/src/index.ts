export { appendEntry } from './append-entry.ts';
export {
  type LedgerBody,
  type LedgerEntry,
  ledgerPath,
  type ReleaseBody,
  type RunBody,
  type TaskFact,
} from './ledger-entry.ts';
export { objectPath, putObject, readObject } from './object-store.ts';
export { type LedgerCheck, readLedger } from './read-ledger.ts';
export { recordRun, userName } from './record-run.ts';
export { type RunRecord, readRunRecords, runRecordSchema, taskId } from './run-record.ts';
