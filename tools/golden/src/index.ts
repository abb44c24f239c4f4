export { runBfclSuite } from './bfcl-suite.ts';
export { type FileReport, type GoldenReport, printReport } from './file-report.ts';
