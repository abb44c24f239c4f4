export { createNodes } from './create-nodes.ts';
export { postTasksExecution, preTasksExecution, type RunRecord, type TaskRecord } from './run-record.ts';
