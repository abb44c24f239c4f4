export { runApiBankSuite } from './api-bank-suite.ts';
export { runBfclSuite } from './bfcl-suite.ts';
export { type FileReport, type GoldenReport, printReport } from './file-report.ts';
